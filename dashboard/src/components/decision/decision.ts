/** One trigger condition held against one contact. */
export interface ConditionCheck {
  type: string
  operator: string
  /** The condition's operand; lists are separated by commas. */
  value: string | null
  /** Of custom_field and contact_field. */
  custom_field_name?: string | null
  /** What the contact or the event had: text, number, list; null when missing. */
  contact_value: unknown
  result: boolean
  group: number
  /** Why a result is not plain: "not a number". */
  note?: string
}

export const verdicts = ['taken', 'deferred', 'conditions', 'closed', 'repeat'] as const
export type Verdict = (typeof verdicts)[number]

/** One flow held against one lead. */
export interface FlowDecision {
  flow_id: string
  flow_name: string
  version: number
  priority: number
  matches: boolean
  reason: string
  conditions_checked: ConditionCheck[]
  /** null when the conditions did not hold, and when the flow is always open. */
  hours: { open: boolean; time_zone: string; local_time: string; opens_at: string | null; note?: string } | null
  /** null when the flow was ruled out before. */
  repeat: { blocked: boolean; reason?: string; last_start: string | null; free_at: string | null } | null
  verdict: Verdict
  verdict_reason: string
}

/** Why a lead was handled as it was, as the server stores it with the lead. */
export interface Decision {
  outcome: 'matched' | 'none' | 'skipped'
  /** One sentence, in the server's words. */
  reason: string
  /** By priority. */
  flows: FlowDecision[]
  /** How many flows were left aside because their conditions could not hold. */
  passed_over: number
  taken: { flow_id: string; flow_name: string; version: number; not_before: string | null }[]
  contact?: { id: string; new: boolean }
}

/** Reads a lead's decision; undefined while none was made, as of a lead just received or refused. */
export function decisionOf(raw: unknown): Decision | undefined {
  if (typeof raw !== 'object' || raw === null || !('outcome' in raw)) return undefined
  const { flows, passed_over, taken, ...rest } = raw as Partial<Decision>
  return { ...(rest as Decision), flows: flows ?? [], passed_over: passed_over ?? 0, taken: taken ?? [] }
}

/** Conditions by their group, in the order of the groups' numbers. */
export function groupsOf(checks: readonly ConditionCheck[]): ConditionCheck[][] {
  const groups = new Map<number, ConditionCheck[]>()
  for (const check of checks) groups.set(check.group, [...(groups.get(check.group) ?? []), check])
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/** A contact's value as text; undefined when it is missing. */
export function valueText(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined
  if (Array.isArray(value)) return value.map((one) => valueText(one) ?? '').join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
}
