import { compact, day, oneOf, text } from '@/lib/search'

export const leadOutcomes = ['received', 'matched', 'none', 'skipped', 'rejected'] as const
export type LeadOutcome = (typeof leadOutcomes)[number]

/** What the address of the list says. */
export interface LeadSearch {
  outcome?: LeadOutcome
  source?: string
  from?: string
  to?: string
  cursor?: string
}

export function leadSearch(raw: Record<string, unknown>): LeadSearch {
  return compact({
    outcome: oneOf(raw.outcome, leadOutcomes),
    source: text(raw.source),
    from: day(raw.from),
    to: day(raw.to),
    cursor: text(raw.cursor),
  })
}
