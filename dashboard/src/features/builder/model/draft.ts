import type { ActionInput, ConditionInput, FlowWithDetails, NewFlowInput } from '@/api/schema'
import type { ReadyFlow } from '@/domain/readyFlows'
import type { StepType } from '@/domain/steps'

export type ConditionType = ConditionInput['condition_type']
export type Operator = ConditionInput['condition_operator']
export type StepConditionType = 'always' | 'call_outcome' | 'previous_action_status'

/** What steps of all types hold; each uses its own keys, named as the API names them. */
export interface StepConfig {
  agent_id?: string
  phone_number_id?: string
  max_retries?: number | null
  retry_delay_minutes?: number | null
  respect_dnc?: boolean | null
  whatsapp_phone_number_id?: string
  template_id?: string
  language?: string | null
  variable_mappings?: Record<string, string> | null
  email_template_id?: string
  from_name?: string | null
  subject_override?: string | null
  duration_minutes?: number
  wait_until_business_hours?: boolean | null
}

/** Keys tell parts apart while they move; ids are the server's, of parts that it has. */
export interface DraftStep {
  key: string
  id?: string
  type: StepType
  config: StepConfig
  conditionType: StepConditionType
  conditionValue: string
}

export interface DraftCondition {
  key: string
  id?: string
  type: ConditionType
  /** Of custom_field and contact_field. */
  field: string
  operator: Operator
  value: string
}

/** All of a group's conditions must hold; of the groups one. */
export interface DraftGroup {
  key: string
  conditions: DraftCondition[]
}

/** A flow while it is edited: what the fields show, complete or not. */
export interface Draft {
  name: string
  description: string
  isEnabled: boolean
  /** null: the server gives a new flow the last place. */
  priority: number | null
  customHours: boolean
  /** HH:MM, or '' where nothing is chosen. */
  hoursStart: string
  hoursEnd: string
  /** '': the tenant's zone. */
  hoursZone: string
  hoursDays: number[]
  outsideHours: 'next_flow' | 'defer'
  reentryMinutes: number | null
  groups: DraftGroup[]
  steps: DraftStep[]
}

export const newKey = () => crypto.randomUUID()

export function emptyDraft(): Draft {
  return {
    name: '', description: '', isEnabled: false, priority: null,
    customHours: false, hoursStart: '', hoursEnd: '', hoursZone: '', hoursDays: [1, 2, 3, 4, 5, 6, 7],
    outsideHours: 'next_flow', reentryMinutes: 60, groups: [], steps: [],
  }
}

export function newCondition(): DraftCondition {
  return { key: newKey(), type: 'lead_source', field: '', operator: 'equals', value: '' }
}

export function newStep(type: StepType): DraftStep {
  const config: StepConfig = type === 'wait' ? { duration_minutes: 60 } : {}
  return { key: newKey(), type, config, conditionType: 'always', conditionValue: '' }
}

const minutesOf = (time: string | null) => time?.slice(0, 5) ?? ''

export function draftOf(flow: FlowWithDetails): Draft {
  const groups = new Map<number, DraftCondition[]>()
  for (const c of flow.trigger_conditions) {
    const group = groups.get(c.condition_group) ?? []
    groups.set(c.condition_group, group)
    group.push({
      key: c.id, id: c.id, type: c.condition_type, field: c.custom_field_name ?? '', operator: c.condition_operator, value: c.condition_value ?? '',
    })
  }
  return {
    name: flow.name, description: flow.description ?? '', isEnabled: flow.is_enabled, priority: flow.priority,
    customHours: flow.use_custom_business_hours, hoursStart: minutesOf(flow.business_hours_start), hoursEnd: minutesOf(flow.business_hours_end),
    hoursZone: flow.business_hours_timezone ?? '', hoursDays: flow.business_hours_days, outsideHours: flow.outside_hours,
    reentryMinutes: flow.reentry_minutes,
    groups: [...groups].sort(([a], [b]) => a - b).map(([group, conditions]) => ({ key: `group-${group}`, conditions })),
    steps: [...flow.actions].sort((a, b) => a.action_order - b.action_order).map((a) => ({
      key: a.id, id: a.id, type: a.action_type, config: { ...a.action_config }, conditionType: a.condition_type ?? 'always', conditionValue: a.condition_value ?? '',
    })),
  }
}

/** A ready flow as a draft; agents, numbers and templates are left to choose. */
export function draftOfReady(ready: ReadyFlow, name: string, description: string): Draft {
  const groups = new Map<number, DraftCondition[]>()
  for (const c of ready.conditions) {
    const at = c.condition_group ?? 0
    const group = groups.get(at) ?? []
    groups.set(at, group)
    group.push({ key: newKey(), type: c.condition_type, field: c.custom_field_name ?? '', operator: c.condition_operator, value: c.condition_value ?? '' })
  }
  return {
    ...emptyDraft(), name, description,
    groups: [...groups.values()].map((conditions) => ({ key: newKey(), conditions })),
    steps: ready.steps.map((step) => ({
      ...newStep(step.type), ...(step.minutes ? { config: { duration_minutes: step.minutes } } : {}),
      conditionType: step.condition?.type ?? 'always', conditionValue: step.condition?.value ?? '',
    })),
  }
}

/** Without what says nothing: empty texts, nulls, empty mappings. */
export function cleanConfig(config: StepConfig): StepConfig {
  const kept = Object.entries(config).filter(([, v]) => v !== undefined && v !== null && v !== '')
  const out = Object.fromEntries(kept) as StepConfig
  if (out.variable_mappings) {
    const filled = Object.entries(out.variable_mappings).filter(([, text]) => text !== '')
    if (filled.length > 0) out.variable_mappings = Object.fromEntries(filled)
    else delete out.variable_mappings
  }
  return out
}

const valueless: readonly Operator[] = ['any', 'is_set', 'is_not_set']

/** Whether the operator compares with a value at all. */
export function takesValue(operator: Operator): boolean {
  return !valueless.includes(operator)
}

export function namesField(type: ConditionType): boolean {
  return type === 'custom_field' || type === 'contact_field'
}

/** The conditions in the order sent: the one at an index is that of the server's path. */
export function flatConditions(draft: Draft): DraftCondition[] {
  return draft.groups.flatMap((group) => group.conditions)
}

/** The flow as the API takes it, all of it. */
export function inputOf(draft: Draft): NewFlowInput {
  const conditions: ConditionInput[] = draft.groups
    .filter((group) => group.conditions.length > 0)
    .flatMap((group, number) =>
      group.conditions.map((c) => ({
        ...(c.id ? { id: c.id } : {}),
        condition_type: c.type, condition_operator: c.operator, condition_group: number,
        condition_value: takesValue(c.operator) && c.value !== '' ? c.value : null,
        custom_field_name: namesField(c.type) ? c.field : null,
      })))
  const actions = draft.steps.map((step, index) => ({
    ...(step.id ? { id: step.id } : {}),
    action_order: index + 1, action_type: step.type, action_config: cleanConfig(step.config),
    condition_type: step.conditionType === 'always' ? null : step.conditionType,
    condition_value: step.conditionType === 'always' ? null : step.conditionValue || null,
    // The type and its configuration go together, which TypeScript does not see.
  })) as ActionInput[]
  return {
    name: draft.name.trim(), description: draft.description.trim() || null, is_enabled: draft.isEnabled,
    ...(draft.priority === null ? {} : { priority: draft.priority }),
    use_custom_business_hours: draft.customHours,
    business_hours_start: draft.hoursStart || null, business_hours_end: draft.hoursEnd || null,
    business_hours_timezone: draft.hoursZone || null, business_hours_days: [...draft.hoursDays].sort((a, b) => a - b),
    outside_hours: draft.outsideHours, reentry_minutes: draft.reentryMinutes ?? 60,
    trigger_conditions: conditions, actions,
  }
}

/** Whether saving the one would store the same as saving the other. */
export function sameDraft(a: Draft, b: Draft): boolean {
  return JSON.stringify(inputOf(a)) === JSON.stringify(inputOf(b))
}

/** The flow as an export has it, which import takes: without ids. */
export function exportOf(draft: Draft): { flows: NewFlowInput[] } {
  const { trigger_conditions = [], actions = [], ...rest } = inputOf(draft)
  const bare = <T extends object>(part: T): T => Object.fromEntries(Object.entries(part).filter(([name]) => name !== 'id')) as T
  return { flows: [{ ...rest, trigger_conditions: trigger_conditions.map(bare), actions: actions.map(bare) }] }
}
