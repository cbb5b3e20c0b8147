import type { Detail } from '@/api/failure'
import { type Draft, flatConditions } from './draft'
import type { Issues } from './validate'

/** What the server refused: why, and the value that it refused. */
export type Refused = Record<string, { message: string; value: string }>

/**
 * The server's path of a field as the draft names it: a place in a list
 * becomes the key of the part that was sent at that place.
 */
export function localField(draft: Draft, path: string): string {
  const [, list, index, rest = ''] = /^(trigger_conditions|actions)\[(\d+)\]\.?(.*)$/.exec(path) ?? []
  if (list === undefined) return path
  const parts: { key: string }[] = list === 'actions' ? draft.steps : flatConditions(draft)
  const part = parts[Number(index)]
  if (!part) return list
  return `${list === 'actions' ? 'steps' : 'conditions'}.${part.key}.${rest.replace(/^action_config\.?/, '')}`
}

/** What stands at a field, as a text to compare. */
function valueAt(draft: Draft, field: string): string {
  const [list, key] = field.split('.')
  if (list === 'steps') return JSON.stringify(draft.steps.find((step) => step.key === key) ?? null)
  if (list === 'conditions') return JSON.stringify(flatConditions(draft).find((c) => c.key === key) ?? null)
  const plain: Record<string, unknown> = {
    name: draft.name, priority: draft.priority, reentry_minutes: draft.reentryMinutes, outside_hours: draft.outsideHours,
    business_hours_timezone: draft.hoursZone, business_hours_days: draft.hoursDays,
    business_hours_start: [draft.customHours, draft.hoursStart, draft.hoursEnd], business_hours_end: [draft.customHours, draft.hoursStart, draft.hoursEnd],
  }
  return JSON.stringify(plain[field.replace(/\[.*$/, '')] ?? null)
}

export function refusedBy(draft: Draft, details: Detail[], error: string): Refused {
  // The server names a taken priority in the sentence alone.
  const all = details.length === 0 && /^Priority \d+ is already assigned/.test(error) ? [{ field: 'priority', message: error }] : details
  return Object.fromEntries(all.map(({ field, message }) => {
    const local = localField(draft, field)
    return [local, { message, value: valueAt(draft, local) }]
  }))
}

/** The refusals that still hold: a field that was changed since is no longer refused. */
export function stillRefused(draft: Draft, refused: Refused): Issues {
  return Object.fromEntries(Object.entries(refused).filter(([field, { value }]) => valueAt(draft, field) === value).map(([field, { message }]) => [field, message]))
}
