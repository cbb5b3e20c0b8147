import { expect, test } from 'vitest'
import { filledIn, nextParameter } from './whatsapp'

test('each placeholder becomes what is mapped to it', () => {
  const body = 'Hello {{1}} of {{ city }}, about {{2}}'
  expect(filledIn(body, { '1': 'first_name', city: '{{ city | default: "India" }}' })).toBe('Hello {{ first_name }} of {{ city | default: "India" }}, about [2]')
})

test('the next placeholder is the first number that is free', () => {
  expect(nextParameter({ '1': 'a', '3': 'b' })).toBe('2')
})
