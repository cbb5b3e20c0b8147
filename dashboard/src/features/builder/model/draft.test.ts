import { expect, test } from 'vitest'
import type { FlowWithDetails } from '@/api/schema'
import { readyFlows } from '@/domain/readyFlows'
import { flow, uuid } from '@/test/fixtures'
import { draftOf, draftOfReady, emptyDraft, exportOf, inputOf, newStep, sameDraft } from './draft'

const created_at = '2026-11-22T04:30:00.000Z'
const stored: FlowWithDetails = {
  ...flow(1, { use_custom_business_hours: true, business_hours_start: '09:00:00', business_hours_end: '18:30:00', business_hours_timezone: 'Asia/Kolkata', business_hours_days: [1, 2, 3] }),
  trigger_conditions: [
    { id: uuid(21), flow_id: uuid(101), condition_type: 'lead_source', condition_operator: 'equals', condition_value: 'IndiaMART', custom_field_name: null, condition_group: 4, created_at },
    { id: uuid(22), flow_id: uuid(101), condition_type: 'custom_field', condition_operator: 'is_set', condition_value: null, custom_field_name: 'budget', condition_group: 2, created_at },
    { id: uuid(23), flow_id: uuid(101), condition_type: 'contact_field', condition_operator: 'in', condition_value: 'Pune, Goa', custom_field_name: 'city', condition_group: 4, created_at },
  ],
  actions: [
    { id: uuid(32), flow_id: uuid(101), action_order: 20, action_type: 'wait', action_config: { duration_minutes: 90 }, condition_type: 'call_outcome', condition_value: 'missed', created_at },
    { id: uuid(31), flow_id: uuid(101), action_order: 10, action_type: 'ai_call', action_config: { agent_id: 'a', phone_number_id: 'p', respect_dnc: true }, condition_type: null, condition_value: null, created_at },
  ],
}

test('a flow comes back as it was: groups in their order, steps by theirs, ids kept', () => {
  const input = inputOf(draftOf(stored))
  expect(input.trigger_conditions).toEqual([
    { id: uuid(22), condition_type: 'custom_field', condition_operator: 'is_set', condition_value: null, custom_field_name: 'budget', condition_group: 0 },
    { id: uuid(21), condition_type: 'lead_source', condition_operator: 'equals', condition_value: 'IndiaMART', custom_field_name: null, condition_group: 1 },
    { id: uuid(23), condition_type: 'contact_field', condition_operator: 'in', condition_value: 'Pune, Goa', custom_field_name: 'city', condition_group: 1 },
  ])
  expect(input.actions).toEqual([
    { id: uuid(31), action_order: 1, action_type: 'ai_call', action_config: { agent_id: 'a', phone_number_id: 'p', respect_dnc: true }, condition_type: null, condition_value: null },
    { id: uuid(32), action_order: 2, action_type: 'wait', action_config: { duration_minutes: 90 }, condition_type: 'call_outcome', condition_value: 'missed' },
  ])
  expect(input).toMatchObject({ name: 'Flow 1', business_hours_start: '09:00', business_hours_end: '18:30', business_hours_days: [1, 2, 3], priority: 1, reentry_minutes: 60 })
})

test('a new flow names no priority, so that it becomes the last', () => {
  expect(inputOf({ ...emptyDraft(), name: 'New' })).not.toHaveProperty('priority')
})

test('what says nothing is not sent', () => {
  const step = { ...newStep('whatsapp_message'), config: { whatsapp_phone_number_id: 'n', template_id: 't', language: '', variable_mappings: { '1': '' } } }
  expect(inputOf({ ...emptyDraft(), steps: [step] }).actions?.[0]?.action_config).toEqual({ whatsapp_phone_number_id: 'n', template_id: 't' })
})

test('two drafts are the same when saving them would store the same', () => {
  const draft = draftOf(stored)
  expect(sameDraft(draft, { ...draft, name: ' Flow 1 ', hoursDays: [3, 2, 1] })).toBe(true)
  expect(sameDraft(draft, { ...draft, steps: draft.steps.toReversed() })).toBe(false)
})

test('an export has no ids', () => {
  expect(JSON.stringify(exportOf(draftOf(stored)))).not.toContain('"id"')
})

test.each(readyFlows.map((ready) => [ready.id, ready] as const))('the ready flow %s becomes a draft with all its steps', (_id, ready) => {
  const draft = draftOfReady(ready, 'Name', 'Text')
  expect(draft.steps.map(({ type }) => type)).toEqual(ready.steps.map(({ type }) => type))
  expect(draft.groups.flatMap(({ conditions }) => conditions)).toHaveLength(ready.conditions.length)
  expect(new Set(draft.steps.map(({ key }) => key)).size).toBe(ready.steps.length)
})
