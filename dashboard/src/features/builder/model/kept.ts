import type { Draft } from './draft'

/** Unsaved changes, kept in the browser over a reload. */
export interface Kept {
  draft: Draft
  /** The flow's version that they began with; null for a new flow. */
  version: number | null
  /** When the last of them was made, RFC 3339. */
  at: string
}

const place = (tenant: string, flow: string) => `aef.draft.${tenant}.${flow}`

/** What is kept of a flow, named by its id, or by what a new one began with. */
export function readKept(tenant: string, flow: string): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(place(tenant, flow)) ?? 'null') as Kept | null
    return kept && Array.isArray(kept.draft.steps) && Array.isArray(kept.draft.groups) ? kept : undefined
  } catch {
    return undefined // not ours, or of an older release
  }
}

export function keep(tenant: string, flow: string, draft: Draft, version: number | null) {
  try {
    localStorage.setItem(place(tenant, flow), JSON.stringify({ draft, version, at: new Date().toISOString() } satisfies Kept))
  } catch {
    // The store is full or forbidden: then a reload loses what is not saved.
  }
}

export function forget(tenant: string, flow: string) {
  localStorage.removeItem(place(tenant, flow))
}
