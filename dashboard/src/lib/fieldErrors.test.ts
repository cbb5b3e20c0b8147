import { expect, test } from 'vitest'
import { Failure } from '@/api/failure'
import { fieldErrors } from './fieldErrors'

const failure = (...fields: string[]) => new Failure(400, 'no', 'r', fields.map((field) => ({ field, message: `${field} is wrong` })))

test('what is said of a part belongs to its field', () => {
  expect(fieldErrors(failure('tags[1]', 'phone', 'tags[2]'), ['phone', 'tags'])).toEqual({
    errors: { phone: 'phone is wrong', tags: 'tags[1] is wrong; tags[2] is wrong' }, rest: undefined,
  })
  expect(fieldErrors(failure('config.from'), ['config', 'config.from']).errors).toEqual({ 'config.from': 'config.from is wrong' })
})

test('what no field shows is left over', () => {
  const error = failure('phone', 'phones')
  expect(fieldErrors(error, ['phone'])).toEqual({ errors: { phone: 'phone is wrong' }, rest: error })
  const plain = new Failure(409, 'taken')
  expect(fieldErrors(plain, ['phone']).rest).toBe(plain)
  expect(fieldErrors(null, ['phone']).rest).toBeUndefined()
})
