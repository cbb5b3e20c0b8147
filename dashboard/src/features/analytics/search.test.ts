import { expect, test } from 'vitest'
import { analyticsSearch, daysOf, rangeDays } from './search'

test('ranges are whole days up to today', () => {
  expect(rangeDays('7d', '2026-03-03')).toEqual({ from: '2026-02-25', to: '2026-03-03' })
  expect(rangeDays('month', '2026-03-03')).toEqual({ from: '2026-03-01', to: '2026-03-03' })
  expect(rangeDays('last_month', '2026-01-31')).toEqual({ from: '2025-12-01', to: '2025-12-31' })
  expect(rangeDays('last_month', '2028-03-31')).toEqual({ from: '2028-02-01', to: '2028-02-29' })
})

test('thirty days are the default, and half a range is none', () => {
  expect(daysOf(analyticsSearch({ from: '2026-01-01' }), '2026-03-03')).toEqual({ from: '2026-02-02', to: '2026-03-03' })
  expect(daysOf(analyticsSearch({ from: '2026-01-01', to: '2026-01-02', range: '7d' }), '2026-03-03')).toEqual({ from: '2026-01-01', to: '2026-01-02' })
})
