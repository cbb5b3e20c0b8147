import { expect, test } from 'vitest'
import { csv } from './csv'

test('what a spreadsheet would misread is quoted or guarded', () => {
  expect(csv([['name', 'n'], ['Say "hi", all', 2], ['=1+1', null], ['a\nb', -1]])).toBe('\uFEFFname,n\r\n"Say ""hi"", all",2\r\n\'=1+1,\r\n"a\nb",-1\r\n')
})
