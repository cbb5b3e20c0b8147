import { compact, day, oneOf, text } from '@/lib/search'

export const executionStatuses = ['running', 'completed', 'failed', 'cancelled', 'skipped'] as const
export type ExecutionStatus = (typeof executionStatuses)[number]

/** What the address of the list says; a copied address shows the same list. */
export interface ExecutionSearch {
  status?: ExecutionStatus
  flow_id?: string
  contact_id?: string
  search?: string
  from?: string
  to?: string
  /** Only test runs; without it real ones and test runs. */
  tests?: true
  /** Where a page begins; none: at the newest. */
  cursor?: string
}

export function executionSearch(raw: Record<string, unknown>): ExecutionSearch {
  return compact({
    status: oneOf(raw.status, executionStatuses),
    flow_id: text(raw.flow_id),
    contact_id: text(raw.contact_id),
    search: text(raw.search),
    from: day(raw.from),
    to: day(raw.to),
    tests: raw.tests === true ? (true as const) : undefined,
    cursor: text(raw.cursor),
  })
}
