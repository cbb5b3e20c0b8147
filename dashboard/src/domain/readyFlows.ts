import type { ConditionInput } from '@/api/schema'
import type { StepType } from './steps'

/** A step without what only a tenant has: agents, numbers, templates. */
export interface ReadyStep {
  type: StepType
  condition?: { type: 'call_outcome' | 'previous_action_status'; value: string }
  /** Of a wait. */
  minutes?: number
}

export interface ReadyFlow {
  id: 'instant-callback' | 'missed-call' | 'demo-reminder' | 're-engagement'
  conditions: ConditionInput[]
  steps: ReadyStep[]
}

const day = 24 * 60
const source = (value: string, group: number): ConditionInput => ({
  condition_type: 'lead_source', condition_operator: 'equals', condition_value: value, condition_group: group,
})
const missed = { type: 'call_outcome', value: 'not_answered' } as const

/** Flows to begin with. Their names and texts are messages: `flows:ready.<id>`. */
export const readyFlows: ReadyFlow[] = [
  {
    id: 'instant-callback',
    conditions: [source('IndiaMART', 0), source('JustDial', 1), source('TradeIndia', 2)],
    steps: [
      { type: 'ai_call' },
      { type: 'whatsapp_message', condition: missed },
      { type: 'wait', minutes: day },
      { type: 'ai_call', condition: missed },
    ],
  },
  {
    id: 'missed-call',
    conditions: [],
    steps: [
      { type: 'ai_call' },
      { type: 'wait', minutes: 120 },
      { type: 'whatsapp_message', condition: missed },
      { type: 'email', condition: missed },
    ],
  },
  {
    id: 'demo-reminder',
    conditions: [{ condition_type: 'custom_field', custom_field_name: 'tags', condition_operator: 'contains', condition_value: 'demo', condition_group: 0 }],
    steps: [{ type: 'email' }, { type: 'wait', minutes: day }, { type: 'whatsapp_message' }, { type: 'wait', minutes: 60 }, { type: 'ai_call' }],
  },
  {
    id: 're-engagement',
    conditions: [{ condition_type: 'custom_field', custom_field_name: 'tags', condition_operator: 'contains', condition_value: 're-engage', condition_group: 0 }],
    steps: [{ type: 'whatsapp_message' }, { type: 'wait', minutes: 3 * day }, { type: 'email' }, { type: 'wait', minutes: day }, { type: 'ai_call' }],
  },
]
