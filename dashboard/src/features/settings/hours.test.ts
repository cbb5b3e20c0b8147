import { expect, test } from 'vitest'
import { hoursOf, hoursValue, wrongHours } from './hours'

const usual = { start: '09:00', end: '18:00' }

test('hours go through the form unchanged, midnight too', () => {
  const hours = { start: '09:30:00', end: '24:00:00', days: [1, 6], time_zone: 'Asia/Kolkata' }
  expect(hoursOf(hoursValue(hours, usual))).toEqual({ start: '09:30', end: '24:00', days: [1, 6], time_zone: 'Asia/Kolkata' })
  expect(hoursOf(hoursValue(null, usual))).toBeNull()
})

test('hours need a day, and an end after the start', () => {
  const value = { ...hoursValue(null, usual), open: true }
  expect(wrongHours(value)).toBeUndefined()
  expect(wrongHours({ ...value, days: [] })).toBe('days')
  expect(wrongHours({ ...value, end: '09:00' })).toBe('order')
  expect(wrongHours({ ...value, end: '00:00' })).toBeUndefined()
  expect(wrongHours({ ...value, start: '' })).toBe('order')
  expect(wrongHours({ ...value, open: false, days: [] })).toBeUndefined()
})
