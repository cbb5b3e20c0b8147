import type { ActionInput, ConditionInput, NewFlowInput } from '../../../src/api/schema'
import type { Tenant } from '../stack.ts'

const day = 24 * 60
const source = (value: string, group = 0): ConditionInput => ({
  condition_type: 'lead_source', condition_operator: 'equals', condition_value: value, condition_group: group,
})
const tag = (value: string): ConditionInput => ({
  condition_type: 'custom_field', custom_field_name: 'tags', condition_operator: 'contains', condition_value: value, condition_group: 0,
})

/** The flows of an estate agency, of the kinds that the gallery offers. */
export function flowsOf(tenant: Tenant, template: string): NewFlowInput[] {
  const call = { action_type: 'ai_call', action_config: { agent_id: tenant.agent_id, phone_number_id: tenant.phone_number_id } } as const
  const message = {
    action_type: 'whatsapp_message',
    action_config: {
      whatsapp_phone_number_id: tenant.whatsapp_phone_number_id, template_id: 'enquiry_follow_up', language: 'en',
      variable_mappings: { 1: '{{ name | default: "there" }}' },
    },
  } as const
  const mail = { action_type: 'email', action_config: { email_template_id: template } } as const
  const wait = (minutes: number) => ({ action_type: 'wait', action_config: { duration_minutes: minutes } }) as const
  const missed = { condition_type: 'call_outcome', condition_value: 'not_answered' } as const
  const steps = (...all: Omit<ActionInput, 'action_order'>[]) => all.map((step, i) => ({ ...step, action_order: i + 1 })) as ActionInput[]
  return [
    {
      name: 'Instant call-back', description: 'Calls leads of the portals at once; who does not pick up gets a message, and a second call the next day.',
      is_enabled: true, trigger_conditions: [source('IndiaMART', 0), source('JustDial', 1), source('TradeIndia', 2)],
      actions: steps(call, { ...message, ...missed }, { ...wait(day), ...missed }, { ...call, ...missed }),
    },
    {
      name: 'Demo reminder', description: 'Confirms a site visit by e-mail and reminds of it.',
      is_enabled: true, trigger_conditions: [tag('demo')], actions: steps(mail, wait(day), message, wait(60), call),
    },
    {
      name: 'Website enquiry', description: 'Writes first; an e-mail where WhatsApp does not get through.',
      is_enabled: true, trigger_conditions: [source('Website')],
      actions: steps(message, { ...mail, condition_type: 'previous_action_status', condition_value: 'failed' }),
    },
    {
      name: 'Missed-call follow-up', description: 'For people who rang the office and reached nobody.',
      is_enabled: true, trigger_conditions: [source('Missed call')],
      actions: steps(call, { ...wait(120), ...missed }, { ...message, ...missed }, { ...mail, ...missed }),
    },
    {
      name: 'Re-engagement', description: 'Writes to leads that went quiet, in office hours.',
      is_enabled: false, trigger_conditions: [tag('re-engage')],
      use_custom_business_hours: true, business_hours_start: '10:00', business_hours_end: '18:00', business_hours_days: [1, 2, 3, 4, 5], outside_hours: 'defer',
      actions: steps(message, wait(3 * day), mail, wait(day), call),
    },
  ]
}

/** What two mails say. The first is sent by the flows. */
export const templates = [
  {
    name: 'Thank you for your enquiry', category: 'follow-up', subject: '{{ name | default: "Hello" }}, about the flat you asked for',
    html: `<div style="font-family: Arial, sans-serif; max-width: 560px; margin: 0 auto">
  <h2 style="color: #3b3f8f">Namaste {{ name | default: "there" }},</h2>
  <p>Thank you for your enquiry. We could not reach you by phone; when would be a good time to call?</p>
  <p>Our two and three bedroom homes in {{ city | default: "your city" }} are open for visits all week, from 10 to 6.</p>
  <p><a href="https://example.com/visit" style="background: #3b3f8f; color: #fff; padding: 10px 18px; border-radius: 6px; text-decoration: none">Book a visit</a></p>
  <p>Warm regards,<br>Lotus Homes</p>
</div>`,
    body_text: 'Namaste {{ name | default: "there" }},\n\nthank you for your enquiry. When would be a good time to call?\n\nLotus Homes',
  },
  {
    name: 'Your visit is confirmed', category: 'reminder', subject: 'Your visit, {{ name | default: "dear guest" }}',
    html: '<p>Namaste {{ name | default: "there" }},</p><p>your visit is confirmed. We look forward to seeing you.</p>', body_text: null,
  },
  {
    name: 'New homes this month', category: 'newsletter', subject: 'New homes in {{ city | default: "your city" }}',
    html: '<p>Namaste {{ name | default: "there" }},</p><p>these homes are new this month.</p>', body_text: null,
  },
]
