import { type Draft, type DraftCondition, type DraftStep, flatConditions, namesField, takesValue } from './draft'
import { contactFields, splitList } from './operators'

/**
 * What is wrong, by field: `name`, `conditions.<key>.condition_value`,
 * `steps.<key>.agent_id`. Parts are named by their keys, which stay when they move.
 */
export type Issues = Record<string, string>

const maxMinutes = 525_600
const maxText = 255
const maxMapping = 1024
const maxSteps = 50
const maxConditions = 100

const stepConditionValues = {
  call_outcome: ['answered', 'missed', 'failed', 'not_answered', 'voicemail', 'busy', 'no_answer'],
  previous_action_status: ['success', 'failed', 'skipped'],
} as const

export { stepConditionValues }

/** Counts characters as the server does. */
const length = (text: string) => [...text].length
const whole = (value: unknown, low: number, high: number) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high

function validZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return !/^[+-]/.test(zone) // offsets are no names
  } catch {
    return false
  }
}

/** The rules of the server, in its words, so that they can be told while one types. */
export function validate(draft: Draft): Issues {
  const issues: Issues = {}
  if (draft.name.trim() === '') issues.name = 'Flow name is required'
  else if (length(draft.name.trim()) > maxText) issues.name = `Flow name must be at most ${maxText} characters`
  if (draft.priority !== null && !whole(draft.priority, 0, 2_147_483_647)) issues.priority = 'priority must be an integer of 0 or more'
  if (draft.reentryMinutes === null || !whole(draft.reentryMinutes, 0, maxMinutes)) issues.reentry_minutes = `reentry_minutes must be 0 to ${maxMinutes}`
  hours(draft, issues)
  const conditions = flatConditions(draft)
  if (conditions.length > maxConditions) issues.trigger_conditions = `A flow can have at most ${maxConditions} conditions`
  for (const c of conditions) condition(c, (field, message) => { issues[`conditions.${c.key}.${field}`] = message })
  if (draft.steps.length > maxSteps) issues.actions = `A flow can have at most ${maxSteps} actions`
  for (const s of draft.steps) step(s, (field, message) => { issues[`steps.${s.key}.${field}`] = message })
  return issues
}

function hours(draft: Draft, issues: Issues) {
  if (draft.customHours && (!draft.hoursStart || !draft.hoursEnd))
    issues[draft.hoursStart ? 'business_hours_end' : 'business_hours_start'] =
      'Both business_hours_start and business_hours_end are required when use_custom_business_hours is true'
  else if (draft.hoursStart && draft.hoursEnd && draft.hoursStart >= draft.hoursEnd)
    issues.business_hours_start = 'business_hours_start must be before business_hours_end'
  if (draft.hoursZone && !validZone(draft.hoursZone)) issues.business_hours_timezone = 'Invalid timezone identifier'
  if (draft.hoursDays.length === 0) issues.business_hours_days = 'business_hours_days must name at least one day'
}

type Tell = (field: string, message: string) => void

function condition(c: DraftCondition, tell: Tell) {
  if (namesField(c.type)) {
    if (c.field.trim() === '') tell('custom_field_name', `custom_field_name is required for ${c.type}`)
    else if (c.type === 'contact_field' && !(contactFields as readonly string[]).includes(c.field))
      tell('custom_field_name', `custom_field_name must be one of ${contactFields.join(', ')} for contact_field`)
  }
  const problem = operand(c)
  if (problem) tell('condition_value', problem)
}

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const isNumber = (text: string) => number.test(text.trim())

function operand({ operator, value }: DraftCondition): string | undefined {
  if (!takesValue(operator)) return undefined
  if (length(value) > maxText) return `condition_value must be at most ${maxText} characters`
  if (operator === 'equals' || operator === 'not_equals') return undefined
  if (value.trim() === '') return `condition_value is required for ${operator}`
  switch (operator) {
    case 'in':
    case 'not_in':
      return splitList(value).length > 0 ? undefined : `condition_value must list at least one value for ${operator}`
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return isNumber(value) ? undefined : `condition_value must be a number for ${operator}`
    case 'between': {
      const [low = '', high = '', ...more] = value.split(',')
      const good = isNumber(low) && isNumber(high) && more.length === 0 && Number(low) <= Number(high)
      return good ? undefined : 'condition_value must be two numbers separated by a comma, the lower first, for between'
    }
    case 'before':
    case 'after':
      return /^\d{4}-\d{2}-\d{2}/.test(value.trim()) && !Number.isNaN(Date.parse(value)) ? undefined
        : `condition_value must be a date (YYYY-MM-DD) or an RFC 3339 time for ${operator}`
    case 'within_last_days':
      return /^\d+$/.test(value.trim()) && whole(Number(value), 1, 36_500) ? undefined
        : 'condition_value must be a whole number of days, 1 to 36500, for within_last_days'
    default:
      return undefined
  }
}

function step({ type, config, conditionType, conditionValue }: DraftStep, tell: Tell) {
  const need = (message: string, ...keys: ('agent_id' | 'phone_number_id' | 'whatsapp_phone_number_id' | 'template_id' | 'email_template_id')[]) => {
    for (const key of keys) {
      const text = config[key] ?? ''
      if (text.trim() === '') tell(key, message)
      else if (length(text) > maxText) tell(key, `${key} must be at most ${maxText} characters`)
    }
  }
  const range = (key: 'max_retries' | 'retry_delay_minutes', high: number) => {
    const value = config[key]
    if (value !== undefined && value !== null && !whole(value, 0, high)) tell(key, `${key} must be a whole number from 0 to ${high}`)
  }
  switch (type) {
    case 'ai_call':
      need('AI call action requires agent_id and phone_number_id', 'agent_id', 'phone_number_id')
      range('max_retries', 5)
      range('retry_delay_minutes', maxMinutes)
      break
    case 'whatsapp_message':
      need('WhatsApp action requires whatsapp_phone_number_id and template_id', 'whatsapp_phone_number_id', 'template_id')
      for (const [name, text] of Object.entries(config.variable_mappings ?? {}))
        if (length(text) > maxMapping) tell(`variable_mappings.${name}`, `The values in variable_mappings must have at most ${maxMapping} characters`)
      break
    case 'email':
      need('Email action requires email_template_id', 'email_template_id')
      break
    case 'wait':
      if (!whole(config.duration_minutes, 1, Infinity)) tell('duration_minutes', 'Wait action requires positive duration_minutes')
      else if ((config.duration_minutes ?? 0) > maxMinutes) tell('duration_minutes', `duration_minutes must be at most ${maxMinutes}`)
  }
  for (const key of ['language', 'from_name', 'subject_override'] as const)
    if (length(config[key] ?? '') > maxText) tell(key, `${key} must be at most ${maxText} characters`)
  if (conditionType !== 'always') {
    const values: readonly string[] = stepConditionValues[conditionType]
    if (!values.includes(conditionValue)) tell('condition_value', `condition_value must be one of ${values.join(', ')} for ${conditionType}`)
  }
}
