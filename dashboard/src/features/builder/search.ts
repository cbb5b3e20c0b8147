import { compact, text } from '@/lib/search'

/** What the builder's address says. */
export interface BuilderSearch {
  /** Id of the ready flow to begin with. */
  ready?: string
  /** Id of the lead that the test panel opens with. */
  lead?: string
}

export function builderSearch(raw: Record<string, unknown>): BuilderSearch {
  return compact({ ready: text(raw.ready), lead: text(raw.lead) })
}
