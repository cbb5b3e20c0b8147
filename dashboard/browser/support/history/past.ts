import { randomBytes } from 'node:crypto'
import type { Client } from 'pg'

/** A step of a flow, as far as copies need it. */
export interface Step {
  id: string
  action_order: number
  action_type: string
}

interface Execution {
  id: string
  flow_id: string
  lead_event_id: string | null
  contact_id: string
  flow_name: string
  status: string
  triggered_at: string
  started_at: string | null
  completed_at: string | null
  metadata: Record<string, unknown>
}

interface Log {
  id: string
  execution_id: string
  step: number
  action_id: string
  action_type: string
  state: string
  outcome: string
  until: string | null
  started_at: string | null
  completed_at: string | null
  provider_id: string
}

interface Lead {
  id: string
  event_id: string
  received_at: string
  decided_at: string | null
}

// As many again before the days that the pages look back on.
const days = 60
const hour = 3_600_000
const day = 24 * hour

/** The same numbers each time, so that pictures stay as they are. */
function dice(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** An id as of a time: version 7 of UUIDs. */
function idAt(at: number) {
  const hex = Math.floor(at).toString(16).padStart(12, '0') + '7' + randomBytes(10).toString('hex').slice(1)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * Copies a tenant's executions of today, with their leads and steps, onto the
 * days of two months; what waits today has come to its end there. They did not go
 * through the system: nobody can wait that long for pictures. The triggers on
 * both tables count them like all others.
 */
export async function addPast(client: Client, tenant: string, flows: Map<string, Step[]>) {
  const all = async <Row>(table: string) =>
    (await client.query<{ row: Row }>(`select to_jsonb(x) as row from ${table} x where tenant_id = $1 order by id`, [tenant])).rows.map(({ row }) => row)
  const [executions, logs, leads] = [await all<Execution>('flow_executions'), await all<Log>('flow_action_logs'), await all<Lead>('lead_events')]
  const ended = executions.filter(({ status }) => status !== 'cancelled')
  const example = (type: string) => logs.find((log) => log.action_type === type && (type === 'wait' ? log.started_at : type === 'ai_call' ? log.outcome === 'answered' : log.state === 'done' || log.state === 'sent'))!
  const roll = dice(7)
  const today = Math.floor(Date.now() / day) * day
  const past = { executions: [] as Execution[], logs: [] as Log[], leads: [] as Lead[] }
  for (let back = days; back >= 1; back--) {
    const weekday = new Date(today - back * day).getUTCDay()
    const busy = [5, 14, 12, 13, 11, 12, 8][weekday]! + Math.floor((days - back) / 12)
    for (let n = Math.floor(busy * (0.7 + 0.6 * roll())); n > 0; n--) {
      const from = ended[Math.floor(roll() * ended.length)]!
      // Most of them in the morning and the late afternoon, as it is in India.
      const clock = (roll() < 0.5 ? 4 + roll() * 4 : 8 + roll() * 6) * hour
      copy(from, today - back * day + clock)
    }
  }
  for (const [table, rows] of [['lead_events', past.leads], ['flow_executions', past.executions], ['flow_action_logs', past.logs]] as const)
    await client.query(`insert into ${table} (${await columns(table)}) select ${await columns(table)} from jsonb_populate_recordset(null::${table}, $1)`, [JSON.stringify(rows)])

  function copy(from: Execution, at: number) {
    const shift = at - Date.parse(from.triggered_at)
    const moved = (time: string | null) => time && new Date(Date.parse(time) + shift).toISOString()
    const lead = leads.find(({ id }) => id === from.lead_event_id)!
    const [id, leadId] = [idAt(at), idAt(at - 200)]
    past.leads.push({ ...lead, id: leadId, event_id: leadId, received_at: moved(lead.received_at)!, decided_at: moved(lead.decided_at) })
    const taken = logs.filter(({ execution_id }) => execution_id === from.id).map((log) => ({
      ...log, id: idAt(at + log.step), execution_id: id, provider_id: '', until: moved(log.until), started_at: moved(log.started_at), completed_at: moved(log.completed_at),
    }))
    const execution = { ...from, id, lead_event_id: leadId, triggered_at: new Date(at).toISOString(), started_at: moved(from.started_at), completed_at: moved(from.completed_at) }
    if (from.status === 'running') end(execution, taken)
    past.executions.push(execution)
    past.logs.push(...taken)
  }

  function end(execution: Execution, taken: Log[]) {
    let now = Date.parse(execution.triggered_at) + 60_000
    for (const { id, action_order, action_type } of flows.get(execution.flow_id)!) {
      const there = taken.find(({ step }) => step === action_order)
      if (there?.completed_at) continue
      const log = there ?? { ...example(action_type), id: idAt(now + action_order), execution_id: execution.id, action_id: id, step: action_order, provider_id: '' }
      log.started_at ??= new Date(now).toISOString()
      if (action_type === 'wait') now = Date.parse(log.started_at) + 2 * hour
      log.completed_at = new Date(now).toISOString()
      Object.assign(log, action_type === 'wait' ? { state: 'done', until: log.completed_at } : { started_at: log.completed_at })
      if (!there) taken.push(log)
    }
    Object.assign(execution, { status: 'completed', completed_at: new Date(now).toISOString(), current_action_step: taken.length })
  }

  async function columns(table: string) {
    const { rows } = await client.query<{ name: string }>(
      `select quote_ident(column_name) as name from information_schema.columns where table_name = $1 and table_schema = 'public' and is_generated = 'NEVER' order by ordinal_position`, [table])
    return rows.map(({ name }) => name).join(', ')
  }
}

/**
 * Moves a tenant's executions of today back by some minutes each, as if its
 * leads had come in the course of the day. A step counts where its execution
 * was triggered when it is written, so steps are taken out and put back.
 */
export async function spreadToday(client: Client, tenant: string) {
  await client.query('begin')
  await client.query(
    `create temp table moved on commit drop as
     select id, lead_event_id, contact_id, row_number() over (order by triggered_at desc) * interval '13 minutes' as by
     from flow_executions where tenant_id = $1`, [tenant])
  await client.query('create temp table steps on commit drop as select l.* from flow_action_logs l join moved on moved.id = l.execution_id')
  // Leads that no flow took: those of the import in the morning, the others one by one.
  await client.query(
    `create temp table untaken on commit drop as
     select id, case when entry_type = 'import' then interval '5 hours' else row_number() over (partition by entry_type order by received_at) * interval '29 minutes' end as by
     from lead_events where tenant_id = $1 and id not in (select lead_event_id from moved)`, [tenant])
  for (const query of [
    'delete from flow_action_logs l using moved where l.execution_id = moved.id',
    `update flow_executions e set triggered_at = triggered_at - by, started_at = started_at - by, completed_at = completed_at - by
     from moved where e.id = moved.id`,
    'update lead_events l set received_at = received_at - by, decided_at = decided_at - by from moved where l.id = moved.lead_event_id',
    'update lead_events l set received_at = received_at - by, decided_at = decided_at - by from untaken where l.id = untaken.id',
    'update contacts c set created_at = created_at - by, updated_at = updated_at - by from moved where c.id = moved.contact_id',
    'update steps s set until = until - by, started_at = started_at - by, completed_at = completed_at - by from moved where s.execution_id = moved.id',
    'insert into flow_action_logs select * from steps',
    'commit',
  ]) await client.query(query)
}
