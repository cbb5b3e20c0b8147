import { expect, test } from 'vitest'
import { type Draft, type DraftCondition, type DraftStep, emptyDraft, newCondition, newStep } from './draft'
import { validate } from './validate'

const good: Draft = { ...emptyDraft(), name: 'Call back' }

test('a named flow without conditions and steps is good', () => {
  expect(validate(good)).toEqual({})
})

test.each<[string, Partial<Draft>, string, string]>([
  ['a blank name', { name: ' ' }, 'name', 'Flow name is required'],
  ['hours without an end', { customHours: true, hoursStart: '09:00' }, 'business_hours_end', 'Both business_hours_start and business_hours_end are required when use_custom_business_hours is true'],
  ['hours that end before they start', { customHours: true, hoursStart: '18:00', hoursEnd: '09:00' }, 'business_hours_start', 'business_hours_start must be before business_hours_end'],
  ['a zone that is none', { hoursZone: 'Mars/Olympus' }, 'business_hours_timezone', 'Invalid timezone identifier'],
  ['no day', { hoursDays: [] }, 'business_hours_days', 'business_hours_days must name at least one day'],
  ['a broken priority', { priority: 1.5 }, 'priority', 'priority must be an integer of 0 or more'],
  ['no re-entry time', { reentryMinutes: null }, 'reentry_minutes', 'reentry_minutes must be 0 to 525600'],
])('%s is told', (_name, change, field, message) => {
  expect(validate({ ...good, ...change })).toEqual({ [field]: message })
})

const told = (change: Partial<DraftCondition>) => {
  const condition = { ...newCondition(), ...change }
  const issues = validate({ ...good, groups: [{ key: 'g', conditions: [condition] }] })
  return Object.entries(issues).map(([field, message]) => [field.replace(`conditions.${condition.key}.`, ''), message])
}

test.each<[Partial<DraftCondition>, string[][]]>([
  [{ operator: 'equals', value: '' }, []],
  [{ operator: 'any', value: '' }, []],
  [{ operator: 'contains', value: ' ' }, [['condition_value', 'condition_value is required for contains']]],
  [{ operator: 'in', value: ',' }, [['condition_value', 'condition_value must list at least one value for in']]],
  [{ operator: 'in', value: '["a,b"]' }, []],
  [{ operator: 'gt', value: 'x' }, [['condition_value', 'condition_value must be a number for gt']]],
  [{ operator: 'gt', value: '-1.5e3' }, []],
  [{ operator: 'between', value: '5,1' }, [['condition_value', 'condition_value must be two numbers separated by a comma, the lower first, for between']]],
  [{ operator: 'between', value: '1, 5' }, []],
  [{ operator: 'before', value: '2026-13-01' }, [['condition_value', 'condition_value must be a date (YYYY-MM-DD) or an RFC 3339 time for before']]],
  [{ operator: 'before', value: '2026-02-05T10:00:00Z' }, []],
  [{ operator: 'within_last_days', value: '0' }, [['condition_value', 'condition_value must be a whole number of days, 1 to 36500, for within_last_days']]],
  [{ type: 'custom_field', value: 'x' }, [['custom_field_name', 'custom_field_name is required for custom_field']]],
  [{ type: 'contact_field', field: 'age' }, [['custom_field_name', 'custom_field_name must be one of name, company, city, country, email, phone_country for contact_field']]],
])('the condition %j', (change, expected) => {
  expect(told(change)).toEqual(expected)
})

const wrong = (step: DraftStep) =>
  Object.entries(validate({ ...good, steps: [step] })).map(([field, message]) => [field.replace(`steps.${step.key}.`, ''), message])

test.each<[DraftStep['type'], Partial<DraftStep>, string[][]]>([
  ['ai_call', { config: { agent_id: 'a', max_retries: 6 } }, [['phone_number_id', 'AI call action requires agent_id and phone_number_id'], ['max_retries', 'max_retries must be a whole number from 0 to 5']]],
  ['whatsapp_message', { config: { template_id: 't' } }, [['whatsapp_phone_number_id', 'WhatsApp action requires whatsapp_phone_number_id and template_id']]],
  ['email', {}, [['email_template_id', 'Email action requires email_template_id']]],
  ['wait', { config: { duration_minutes: 0 } }, [['duration_minutes', 'Wait action requires positive duration_minutes']]],
  ['wait', { config: { duration_minutes: 525_601 } }, [['duration_minutes', 'duration_minutes must be at most 525600']]],
  ['wait', { conditionType: 'previous_action_status', conditionValue: 'missed' }, [['condition_value', 'condition_value must be one of success, failed, skipped for previous_action_status']]],
])('the step %s %j', (type, change, expected) => {
  expect(wrong({ ...newStep(type), ...change })).toEqual(expected)
})
