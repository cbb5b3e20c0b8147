import { expect, test } from 'vitest'
import { joinList, operatorsOf, splitList } from './operators'

test('numbers and dates are compared in custom fields only, but nothing stored is hidden', () => {
  const all = (...args: Parameters<typeof operatorsOf>) => operatorsOf(...args).flatMap(({ operators }) => operators)
  expect(all('lead_source', 'equals')).not.toContain('gt')
  expect(all('lead_source', 'gt')).toContain('gt')
  expect(all('custom_field', 'equals')).toEqual(expect.arrayContaining(['between', 'within_last_days', 'starts_with']))
})

test.each([[['Pune', 'Goa']], [['Pune, MH', 'Goa']], [['[x]']]])('the list %j comes back as it was', (values) => {
  expect(splitList(joinList(values))).toEqual(values)
})

test('a list as it is typed', () => {
  expect(splitList(' Pune,, Goa ')).toEqual(['Pune', 'Goa'])
  expect(splitList('[not json, x')).toEqual(['[not json', 'x'])
})
