import { compact, text } from '@/lib/search'

/** What the address of the list says. */
export interface TemplateSearch {
  search?: string
  category?: string
  /** Only those that are sent (true), or that are not. */
  active?: boolean
  /** From 2 on; none: the first. */
  page?: number
}

export function templateSearch(raw: Record<string, unknown>): TemplateSearch {
  return compact({
    search: text(raw.search),
    category: text(raw.category),
    active: typeof raw.active === 'boolean' ? raw.active : undefined,
    page: typeof raw.page === 'number' && Number.isInteger(raw.page) && raw.page > 1 ? raw.page : undefined,
  })
}
