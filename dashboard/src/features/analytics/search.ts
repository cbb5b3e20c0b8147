import { compact, day, oneOf, text } from '@/lib/search'

export const ranges = ['7d', '30d', '90d', 'month', 'last_month'] as const
export type Range = (typeof ranges)[number]

export const sortKeys = ['priority', 'name', 'executions', 'successes', 'failures', 'rate', 'last'] as const
export type SortKey = (typeof sortKeys)[number]

/** What the address says. A range moves on with the days; from and to stand still. */
export interface AnalyticsSearch {
  range?: Range
  from?: string
  to?: string
  flow_id?: string
  /** The column that the table of flows is sorted by. */
  sort?: SortKey
  /** The greatest first. */
  desc?: true
}

export function analyticsSearch(raw: Record<string, unknown>): AnalyticsSearch {
  const from = day(raw.from)
  const to = day(raw.to)
  return compact({
    range: oneOf(raw.range, ranges),
    ...(from && to ? { from, to } : {}),
    flow_id: text(raw.flow_id),
    sort: oneOf(raw.sort, sortKeys),
    desc: raw.desc === true ? (true as const) : undefined,
  })
}

/** A stretch of calendar days, both included. */
export interface Days {
  from: string
  to: string
}

const iso = (at: Date) => at.toISOString().slice(0, 10)

function add(day: string, days: number) {
  const at = new Date(day)
  at.setUTCDate(at.getUTCDate() + days)
  return iso(at)
}

export function rangeDays(range: Range, today: string): Days {
  const [year, month] = today.split('-').map(Number) as [number, number]
  switch (range) {
    case 'month':
      return { from: today.slice(0, 8) + '01', to: today }
    case 'last_month':
      return { from: iso(new Date(Date.UTC(year, month - 2, 1))), to: iso(new Date(Date.UTC(year, month - 1, 0))) }
    default:
      return { from: add(today, 1 - Number.parseInt(range, 10)), to: today }
  }
}

export function daysOf({ range, from, to }: AnalyticsSearch, today: string): Days {
  return from && to ? { from, to } : rangeDays(range ?? '30d', today)
}
