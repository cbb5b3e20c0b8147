import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import type { PlainLead } from '../../../src/api/schema'
import { apiOf } from '../api.ts'
import { readStack, type Tenant } from '../stack.ts'
import { flowsOf, templates } from './flows.ts'
import { addPast, spreadToday, type Step } from './past.ts'
import { mailOf, people } from './people.ts'

/** What pages are opened with. */
export interface Told {
  /** The flow whose steps include a branch. */
  flow: string
  template: string
  contact: string
  /** An import that is done, of which some rows were refused. */
  done: string
  execution: { completed: string; failed: string; waiting: string; cancelled: string }
  lead: { matched: string; unmatched: string }
}

/** Source and the number's last two digits, which decide what the sandbox does; tags after them. 23 has an e-mail address that does not exist either. */
const sent = [
  'IndiaMART 00', 'Website 31', 'JustDial 00', 'IndiaMART 01', 'Website 31 demo', 'Missed call 00', 'Facebook 00', 'TradeIndia 00', 'Website 26',
  'IndiaMART 04', 'JustDial 02', 'Website 22', 'Website 23', 'IndiaMART 00', 'Missed call 01', 'Website 31', 'Google Ads 00', 'TradeIndia 00', 'IndiaMART 03',
  'JustDial 00 demo', 'Website 31', 'IndiaMART 00', 'Website 31', 'Missed call 00', 'JustDial 01',
]

const own = <Row extends { data?: unknown; error?: unknown }>({ data, error }: Row) => {
  if (!data) throw new Error(JSON.stringify(error))
  return data as NonNullable<Row['data']>
}

/** Looks until it sees something. */
async function until<Seen>(what: string, look: () => Promise<Seen | undefined | false>): Promise<Seen> {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(300)) {
    const seen = await look()
    if (seen) return seen
  }
  throw new Error(`${what}: not within a minute`)
}

/**
 * Gives a new tenant a believable past. Leads, calls and messages of today went
 * through the system; those of the month before are copies of their rows.
 */
export async function tell(tenant: Tenant): Promise<Told> {
  const api = apiOf(tenant)
  const phoneOf = (i: number, ends: string) => `+91984501${String(10 + i)}${ends}`

  const mails = await Promise.all(templates.map((body) => api.POST('/api/email-templates', { body }).then(own)))
  const flows = new Map<string, Step[]>()
  for (const body of flowsOf(tenant, mails[0]!.data.id)) {
    const { id, actions } = own(await api.POST('/api/auto-engagement/flows', { body })).data
    flows.set(id, actions)
  }
  const [flow = ''] = flows.keys()
  // A second version, which the history shows.
  own(await api.PATCH('/api/auto-engagement/flows/{id}', { params: { path: { id: flow } }, body: { description: 'Calls leads of the portals at once; who cannot be reached gets a message, and a second call the next day.' } }))

  for (const body of [
    { kind: 'phone', value: phoneOf(80, '00'), channel: 'ai_call', reason: 'Asked not to be called' },
    { kind: 'email', value: 'unsubscribed@example.com', channel: 'email', reason: 'Unsubscribed by a link' },
    { kind: 'phone', value: phoneOf(81, '00'), channel: 'all', reason: 'Complaint on 3 November' },
  ] as const) own(await api.POST('/api/suppressions', { body }))

  const csv = importFile(phoneOf)
  const made = own(await api.POST('/api/contacts/imports', { body: { file_name: 'Property fair Pune.csv', size: csv.length, lead_source: 'Property fair', start: true, mapping: { Name: 'name', Mobile: 'phone', 'E-mail': 'email', City: 'city', Company: 'company' } } }))
  const { upload, id: done } = made.data
  const put = await fetch(upload.url, { method: 'PUT', body: csv })
  if (!put.ok) throw new Error(`the bucket answered ${put.status}`)

  const leads: string[] = []
  for (const [i, one] of sent.entries()) {
    const [, leadSource = '', ends = '', tags] = /^(.+) (\d\d)(?: (.+))?$/.exec(one) ?? []
    const person = people[i]!
    const body: PlainLead = {
      id: randomUUID(), lead_source: leadSource, notes: i % 3 ? null : 'Asks for a 2 BHK with parking',
      contact: { name: person.name, phone: phoneOf(i, ends), email: (ends === '23' ? 'bounce.' : '') + mailOf(person), city: person.city, company: person.company ?? null, tags: tags ? [tags] : [], custom_fields: { budget: 4_500_000 + i * 250_000 } },
    }
    leads.push(own(await api.POST('/api/auto-engagement/leads', { body })).data.id)
  }

  const client = new Client({ connectionString: readStack().database_url })
  await client.connect()
  try {
    const one = async (query: string) => (await client.query<{ id: string }>(query, [tenant.id])).rows[0]?.id
    await until('all leads are decided', async () => !(await one(`select id from lead_events where tenant_id = $1 and outcome = 'received' limit 1`)))
    await until('the import is done', async () => one(`select id from imports where tenant_id = $1 and status = 'completed'`))
    // What runs on by itself waits for a day.
    await until('every first step is done', async () => !(await one(`select e.id from flow_executions e where e.tenant_id = $1 and e.status = 'running'
      and not exists (select from flow_action_logs l where l.execution_id = e.id and l.action_type = 'wait' and l.state = 'planned') limit 1`)))
    const cancelled = (await one(`select id from flow_executions where tenant_id = $1 and status = 'running' order by triggered_at desc limit 1`))!
    own(await api.POST('/api/auto-engagement/executions/{id}/cancel', { params: { path: { id: cancelled } }, body: { reason: 'Bought elsewhere' } }))
    await spreadToday(client, tenant.id)
    await addPast(client, tenant.id, flows)
    const execution = (status: string, more = '') => one(`select id from flow_executions e where tenant_id = $1 and status = '${status}' ${more} order by triggered_at desc limit 1`)
    const contact = await one(`select contact_id as id from flow_executions where tenant_id = $1 and status = 'completed' order by triggered_at desc limit 1`)
    return {
      flow, template: mails[0]!.data.id, contact: contact!, done,
      execution: {
        completed: (await execution('completed', `and flow_name = 'Missed-call follow-up'`))!, failed: (await execution('failed'))!,
        waiting: (await execution('running', `and flow_name = 'Instant call-back'`))!, cancelled,
      },
      lead: { matched: leads[0]!, unmatched: leads[6]! },
    }
  } finally {
    await client.end()
  }
}

function importFile(phoneOf: (i: number, ends: string) => string) {
  const rows = people.slice(sent.length).map((person, i) => [person.name, i === 3 ? '12345' : phoneOf(40 + i, '00'), i === 3 ? '' : mailOf(person), person.city, person.company ?? ''])
  rows.push(['No address', '', '', 'Pune', ''])
  return [['Name', 'Mobile', 'E-mail', 'City', 'Company'], ...rows].map((row) => row.join(',')).join('\n') + '\n'
}
