import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Lead } from '@/api/schema'
import { leadQuery } from '@/api/leads'
import { uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { list, onRequest, success } from '@/test/server'

function lead(n: number, change: Partial<Lead> = {}): Lead {
  return {
    id: uuid(900 + n), source: 'indiamart', event_id: `e-${n}`, lead_source: 'IndiaMART', entry_type: 'webhook', contact_id: uuid(300 + n), contact_name: `Contact ${n}`,
    contact_phone: '+919845012345', outcome: 'matched', reason: '', received_at: '2026-11-22T04:30:00.000Z', decided_at: '2026-11-22T04:30:01.000Z',
    executions: [{ id: uuid(501), flow_id: uuid(101), flow_name: 'Flow 1', status: 'running' }], ...change,
  }
}

const unmatched = lead(2, { outcome: 'none', reason: "No flow's conditions hold", executions: [] })
const setup = (rows = [lead(1), unmatched]) => onRequest('get', 'auto-engagement/leads', () => list(rows, { next_cursor: 'c2' }))

test('every lead shows its source and what was decided', async () => {
  setup()
  open('/leads')
  const [taken, none] = (await screen.findAllByTestId('lead')).map((row) => within(row))
  expect(taken!.getAllByRole('link', { name: 'Execution of Flow 1' })[0]).toHaveAttribute('href', `/dashboard/auto-engagement/executions/${uuid(501)}`)
  expect(taken!.getAllByText('IndiaMART')[0]).toBeInTheDocument()
  expect(none!.getAllByText('No flow took it')[0]).toBeInTheDocument()
  expect(none!.getAllByText("No flow's conditions hold")[0]).toBeInTheDocument()
})

test('one that no flow took leads to the builder with it', async () => {
  setup()
  open('/leads')
  expect(await screen.findByRole('link', { name: 'Build a flow for it: Contact 2' })).toHaveAttribute('href', `/dashboard/auto-engagement/create?lead=${uuid(902)}`)
  expect(screen.getAllByRole('link', { name: /^Build a flow/ })).toHaveLength(1)
})

test('who may not write is not sent to the builder', async () => {
  setup()
  open('/leads', { as: { role: 'viewer', can_write: false } })
  await screen.findAllByTestId('lead')
  expect(screen.queryByRole('link', { name: /^Build a flow/ })).not.toBeInTheDocument()
})

test('the address is the filter', async () => {
  const asked = setup()
  const { user, address } = open('/leads?outcome=none&source=indiamart&from=2026-11-01&to=2026-11-22&nonsense=1')
  await screen.findAllByTestId('lead')
  expect(Object.fromEntries(asked[0]!.query)).toEqual({ outcome: 'none', source: 'indiamart', from: '2026-11-01', to: '2026-11-22', limit: '50' })
  await user.click(screen.getByText('Refused'))
  await waitFor(() => expect(address()).toBe('/dashboard/leads?outcome=rejected&source=indiamart&from=2026-11-01&to=2026-11-22'))
})

test('older pages go by cursor, and a new filter begins at the newest', async () => {
  setup()
  const { user, address } = open('/leads')
  await user.click(await screen.findByRole('button', { name: 'Next page' }))
  await waitFor(() => expect(address()).toBe('/dashboard/leads?cursor=c2'))
  await user.click(await screen.findByText('Taken'))
  await waitFor(() => expect(address()).toBe('/dashboard/leads?outcome=matched'))
})

test('an empty list says how leads come in', async () => {
  setup([])
  open('/leads')
  expect(await screen.findByText('No leads yet')).toBeInTheDocument()
})

test('a lead without a flow explains why, and offers each flow to try it in', async () => {
  onRequest('get', `auto-engagement/leads/${uuid(902)}`, () => success({
    ...unmatched, event: { id: 'e-2', odd: 'thing' },
    decision: {
      outcome: 'none', reason: "No flow's conditions hold", passed_over: 0, taken: [],
      flows: [{ flow_id: uuid(101), flow_name: 'Flow 1', version: 1, priority: 0, matches: true, reason: '', verdict: 'closed', verdict_reason: '', repeat: null, conditions_checked: [],
        hours: { open: false, time_zone: 'Asia/Kolkata', local_time: '22:10', opens_at: '2026-11-23T03:30:00.000Z' } }],
    },
  }))
  const { user } = open(`/leads/${uuid(902)}`)
  expect(await screen.findByText('Why none?')).toBeInTheDocument()
  expect(screen.getByText('Its hours were closed: it was 22:10 in Asia/Kolkata.')).toBeInTheDocument()
  expect(screen.getByText('No conditions: it takes every lead.')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Try this lead in the builder' })).toHaveAttribute('href', `/dashboard/auto-engagement/${uuid(101)}/edit?lead=${uuid(902)}`)
  expect(screen.getByRole('link', { name: 'Build a flow for it' })).toHaveAttribute('href', `/dashboard/auto-engagement/create?lead=${uuid(902)}`)
  await user.click(screen.getByRole('button', { name: 'Show the event' }))
  expect(await screen.findByText(/"odd": "thing"/)).toBeInTheDocument()
})

test('a refused lead says why, and one on the queue that it waits', async () => {
  onRequest('get', `auto-engagement/leads/${uuid(903)}`, () => success({ ...lead(3, { outcome: 'rejected', reason: 'no phone and no e-mail', executions: [] }), decision: null, event: {} }))
  onRequest('get', `auto-engagement/leads/${uuid(904)}`, () => success({ ...lead(4, { outcome: 'received', executions: [] }), decision: null, event: {} }))
  const { router } = open(`/leads/${uuid(903)}`)
  expect(await screen.findByText('The lead could not be used: no phone and no e-mail')).toBeInTheDocument()
  await router.navigate({ to: '/leads/$id', params: { id: uuid(904) } })
  expect(await screen.findByText(/The lead is on the queue/)).toBeInTheDocument()
})

test('a lead is asked for again only while something of it is to come', () => {
  const { refetchInterval } = leadQuery(uuid(901))
  const after = (data: object) => (refetchInterval as (query: object) => unknown)({ state: { data } })
  expect(after(lead(1))).toBe(3000)
  expect(after(lead(1, { outcome: 'received', executions: [] }))).toBe(3000)
  expect(after(unmatched)).toBe(false)
})
