import type { FlowWithDetails, LeadWithDecision, NewFlowInput } from '../../src/api/schema'
import type { apiOf } from './api.ts'
import { phone } from './api.ts'
import type { Tenant } from './stack.ts'
import { expect } from '@playwright/test'

type Api = ReturnType<typeof apiOf>

/** What the API answered; a refusal fails the test with the server's words. */
export async function answerOf<D>(request: Promise<{ data?: { data: D }; error?: unknown }>): Promise<D> {
  const { data, error } = await request
  if (!data) throw new Error(`the API refused: ${JSON.stringify(error)}`)
  return data.data
}

/** The steps a flow can have, with the tenant's own accounts. */
export const stepsOf = (tenant: Tenant) => ({
  call: { action_type: 'ai_call' as const, action_config: { agent_id: tenant.agent_id, phone_number_id: tenant.phone_number_id } },
  message: {
    action_type: 'whatsapp_message' as const,
    action_config: { whatsapp_phone_number_id: tenant.whatsapp_phone_number_id, template_id: 'enquiry_follow_up', language: 'en', variable_mappings: { 1: 'name' } },
  },
  mail: { action_type: 'email' as const, action_config: { email_template_id: tenant.mail_template } },
  wait: (minutes: number) => ({ action_type: 'wait' as const, action_config: { duration_minutes: minutes } }),
})

type Step = Omit<NonNullable<NewFlowInput['actions']>[number], 'action_order'>

/** Makes a flow, enabled, with these steps. */
export const makeFlow = (api: Api, name: string, steps: Step[], more: Partial<NewFlowInput> = {}): Promise<FlowWithDetails> =>
  answerOf(api.POST('/api/auto-engagement/flows', {
    body: { name, is_enabled: true, reentry_minutes: 0, actions: steps.map((step, i) => ({ ...step, action_order: i + 1 })) as NewFlowInput['actions'], ...more },
  }))

/** A condition on the lead's source. */
export const fromSource = (value: string) => ({ condition_type: 'lead_source' as const, condition_operator: 'equals' as const, condition_value: value, condition_group: 0 })

interface NewLead {
  name: string
  source?: string
  /** The last two digits of the phone number, by which the sandbox knows how to behave. */
  ends?: string
  city?: string
  email?: string
}

/** Puts a lead on the queue; the answer is its id. */
export async function sendLead(api: Api, { name, source = 'Website', ends, ...contact }: NewLead): Promise<string> {
  const { id } = await answerOf(api.POST('/api/auto-engagement/leads', { body: { lead_source: source, contact: { name, phone: phone(ends), ...contact } } }))
  return id
}

/** Waits until it was decided what becomes of a lead. */
export async function decided(api: Api, id: string): Promise<LeadWithDecision> {
  const lead = () => answerOf(api.GET('/api/auto-engagement/leads/{id}', { params: { path: { id } } }))
  await expect.poll(async () => (await lead()).outcome, { timeout: 30_000 }).not.toBe('received')
  return lead()
}

/** The tenant's only flow of this name. */
export async function flowNamed(api: Api, name: string): Promise<FlowWithDetails> {
  const all = await answerOf(api.GET('/api/auto-engagement/flows', {}))
  const found = all.filter((flow) => flow.name === name)
  expect(found).toHaveLength(1)
  return answerOf(api.GET('/api/auto-engagement/flows/{id}', { params: { path: { id: found[0]!.id } } }))
}

/** A flow's conditions and steps, without ids and times. */
export const insideOf = (flow: FlowWithDetails) => ({
  conditions: flow.trigger_conditions.map(({ condition_type, condition_operator, condition_value, custom_field_name, condition_group }) =>
    [condition_group, condition_type, custom_field_name, condition_operator, condition_value]),
  steps: flow.actions.map(({ action_type, action_config, condition_type, condition_value }) => ({
    action_type, action_config, ...(condition_type && condition_type !== 'always' ? { only: `${condition_type}:${condition_value}` } : {}),
  })),
})
