import { expect, test } from 'vitest'
import { newStep } from './draft'
import { added, conditionsAt, duplicated, inUnits, moved, timeHints } from './steps'

const call = () => newStep('ai_call')
const wait = (minutes: number, more = {}) => ({ ...newStep('wait'), config: { duration_minutes: minutes }, ...more })

test('a step begins after all waits before it', () => {
  const hints = timeHints([call(), wait(120), newStep('email'), wait(60), newStep('email')])
  expect(hints.map(({ from, to }) => [from, to])).toEqual([[0, 0], [0, 0], [120, 120], [120, 120], [180, 180]])
})

test('a conditional wait and repeated calls only move the latest time', () => {
  const retried = { ...call(), config: { max_retries: 2, retry_delay_minutes: 10 } }
  const hints = timeHints([retried, wait(30, { conditionType: 'call_outcome', conditionValue: 'missed' }), newStep('email')])
  expect(hints[2]).toEqual({ from: 0, to: 50, opening: false })
  expect(timeHints([{ ...call(), config: { max_retries: 1 } }, call()])[1]?.to).toBe(30)
})

test('after a wait for the opening all times may be later', () => {
  const steps = [newStep('email'), { ...newStep('wait'), config: { duration_minutes: 5, wait_until_business_hours: true } }, call(), call()]
  expect(timeHints(steps).map(({ opening }) => opening)).toEqual([false, false, true, true])
})

test('steps are added, copied and moved without changing the list given', () => {
  const steps = [call(), wait(5)]
  const before = [...steps]
  expect(added(steps, 1, 'email').map(({ type }) => type)).toEqual(['ai_call', 'email', 'wait'])
  const copy = duplicated([{ ...wait(7), id: 'x' }], 0)
  expect(copy[1]).toMatchObject({ config: { duration_minutes: 7 }, id: undefined })
  expect(copy[1]?.key).not.toBe(copy[0]?.key)
  expect(moved(steps, 0, 1)).toEqual([steps[1], steps[0]])
  expect(moved(steps, 0, 2)).toBe(steps)
  expect(steps).toEqual(before)
})

test.each([[0, 0, 'minute'], [45, 45, 'minute'], [90, 90, 'minute'], [120, 2, 'hour'], [2880, 2, 'day']] as const)('%i minutes are %i %s', (minutes, count, unit) => {
  expect(inUnits(minutes)).toEqual({ count, unit })
})

test('a call outcome can be asked for only after a call', () => {
  const steps = [newStep('email'), call(), wait(5)]
  expect([0, 1, 2].map((at) => conditionsAt(steps, at))).toEqual([{ call: false, previous: false }, { call: false, previous: true }, { call: true, previous: true }])
})
