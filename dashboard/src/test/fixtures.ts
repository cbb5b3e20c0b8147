import type { Execution, ExportedFlow, Flow, Me } from '@/api/schema'

/** Ids as the server makes them, told apart by their last digits. */
export const uuid = (n: number) => `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`

export const me: Me = {
  tenant: { id: uuid(1), name: 'Sunrise Homes' }, user_id: 'u1', role: 'owner', can_write: true, time_zone: 'Asia/Kolkata',
}

export function flow(n: number, change: Partial<Flow> = {}): Flow {
  return {
    id: uuid(100 + n), user_id: uuid(1), name: `Flow ${n}`, description: null, is_enabled: true, priority: n,
    use_custom_business_hours: false, business_hours_start: null, business_hours_end: null, business_hours_timezone: null,
    business_hours_days: [1, 2, 3, 4, 5, 6, 7], outside_hours: 'next_flow', reentry_minutes: 60,
    created_at: '2026-11-22T04:30:00.000Z', updated_at: '2026-11-22T04:30:00.000Z', created_by: null, version: 1, ...change,
  }
}

/** The same flow as the export shows it, with these steps. */
export function exported(of: Flow, steps: ExportedFlow['actions'][number]['action_type'][]): ExportedFlow {
  const { name, description, is_enabled, priority, use_custom_business_hours, business_hours_start, business_hours_end, business_hours_timezone, business_hours_days, outside_hours, reentry_minutes } = of
  return {
    name, description, is_enabled, priority, use_custom_business_hours, business_hours_start, business_hours_end, business_hours_timezone, business_hours_days, outside_hours, reentry_minutes,
    trigger_conditions: [],
    actions: steps.map((action_type, i) => ({ action_order: i + 1, action_type, action_config: { duration_minutes: 5 }, condition_type: null, condition_value: null })) as ExportedFlow['actions'],
  }
}

export function execution(n: number, change: Partial<Execution> = {}): Execution {
  return {
    id: uuid(500 + n), flow_id: uuid(101), flow_version: 1, contact_id: uuid(300 + n), user_id: uuid(1),
    triggered_at: '2026-11-22T04:30:00.000Z', status: 'running', current_action_step: 1, completed_at: null, error_message: null,
    metadata: {}, is_test_run: false, lead_id: null, flow_name: 'Flow 1', contact_name: `Contact ${n}`, contact_phone: '+919845012345', ...change,
  }
}
