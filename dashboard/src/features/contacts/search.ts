import { compact, oneOf, text } from '@/lib/search'

/** What the address of the list says. */
export interface ContactSearch {
  search?: string
  tag?: string
  suppressed?: boolean
  /** Where a page begins; none: at the newest. */
  cursor?: string
}

export function contactSearch(raw: Record<string, unknown>): ContactSearch {
  return compact({
    search: text(raw.search),
    tag: text(raw.tag),
    suppressed: typeof raw.suppressed === 'boolean' ? raw.suppressed : undefined,
    cursor: text(raw.cursor),
  })
}

export const channels = ['all', 'ai_call', 'whatsapp_message', 'email'] as const
export const kinds = ['phone', 'email'] as const
export type Channel = (typeof channels)[number]
export type Kind = (typeof kinds)[number]

/** What the address of the list of suppressions says. */
export interface SuppressionSearch {
  search?: string
  channel?: Channel
  kind?: Kind
  /** From 2; none is the first. */
  page?: number
}

export function suppressionSearch(raw: Record<string, unknown>): SuppressionSearch {
  return compact({
    search: text(raw.search),
    channel: oneOf(raw.channel, channels),
    kind: oneOf(raw.kind, kinds),
    page: typeof raw.page === 'number' && Number.isInteger(raw.page) && raw.page > 1 ? raw.page : undefined,
  })
}
