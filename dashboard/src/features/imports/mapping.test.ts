import { expect, test } from 'vitest'
import { nameFor, targetOf, valueOf, wrongWith } from './mapping'

test.each(['phone', 'custom_fields.budget', ''])('%j is read and written the same', (value) => {
  expect(valueOf(targetOf(value))).toBe(value)
})

test('what is no field is left out', () => {
  expect(targetOf('shoe_size')).toEqual({ to: '' })
  expect(targetOf(undefined)).toEqual({ to: '' })
})

test('an own field is named after its column', () => {
  expect(nameFor(' Budget (₹) ')).toBe('budget')
  expect(nameFor('शहर का नाम')).not.toBe('')
})

test('a phone or an e-mail is needed, and own fields need names', () => {
  expect(wrongWith(['A', 'B'], { A: 'name', B: 'custom_fields. ' })).toEqual({ unreachable: true, nameless: ['B'] })
  expect(wrongWith(['A'], { A: 'email', Other: 'custom_fields.' })).toEqual({ unreachable: false, nameless: [] })
})
