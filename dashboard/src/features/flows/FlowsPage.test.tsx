import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { exported, flow } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, list, message, onRequest, success } from '@/test/server'

const flows = [flow(0, { name: 'Call back' }), flow(1, { name: 'Reminder', is_enabled: false }), flow(2, { name: 'Re-engage' })]

const days = Array.from({ length: 30 }, (_, i) => `2026-11-${String(i + 1).padStart(2, '0')}`)

function setup(rows = flows) {
  onRequest('get', 'auto-engagement/flows', () => list(rows))
  onRequest('get', 'auto-engagement/flows/export', () => success({ flows: rows.map((row) => exported(row, ['ai_call', 'wait', 'email'])) }))
  onRequest('get', 'auto-engagement/analytics/sparklines', () => success({ dates: days, flows: rows.map((row, i) => ({ flow_id: row.id, flow_name: row.name, counts: days.map(() => i) })) }))
  onRequest('get', 'auto-engagement/analytics', () => success({ flow_statistics: rows.map((row, i) => ({ flow_id: row.id, success_rate: i === 1 ? '66.67' : '0' })) }))
}

const names = () => screen.getAllByTestId('flow').map((row) => within(row).getAllByRole('link')[0]?.textContent)

test('flows are listed by priority with their steps', async () => {
  setup()
  open('/auto-engagement')
  await screen.findByText('Call back')
  expect(names()).toEqual(['Call back', 'Reminder', 'Re-engage'])
  expect(screen.getAllByText('Highest · 0').length).toBeGreaterThan(0)
  expect(screen.getAllByRole('img', { name: 'AI call → Wait → E-mail' }).length).toBeGreaterThan(0)
})

test('a flow shows its last 30 days, with no rate where nothing ended', async () => {
  setup()
  open('/auto-engagement')
  expect((await screen.findAllByRole('img', { name: '30 executions, 66.7% successful' })).length).toBeGreaterThan(0)
  expect(screen.getAllByRole('img', { name: '60 executions, – successful' }).length).toBeGreaterThan(0)
  expect(screen.getByText('No executions')).toBeInTheDocument()
})

test('the switch shows at once, and goes back when the server says no', async () => {
  setup()
  const asked = onRequest('patch', 'auto-engagement/flows/:id/toggle', () => failure(400, 'Agent is required'))
  const { user } = open('/auto-engagement')
  await user.click(await screen.findByRole('switch', { name: 'Enable Reminder' }))
  expect(await screen.findByText('Agent is required')).toBeInTheDocument()
  expect(screen.getByText('Request req-1')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ enabled: true })
  await waitFor(() => expect(screen.getByRole('switch', { name: 'Enable Reminder' })).not.toBeChecked())
})

test('the search stands in the address', async () => {
  setup()
  const { user, address } = open('/auto-engagement')
  await user.type(await screen.findByRole('searchbox', { name: 'Search flows' }), 're-')
  await waitFor(() => expect(names()).toEqual(['Re-engage']))
  expect(address()).toBe('/dashboard/auto-engagement?search=re-')
})

test('a viewer sees no button that the server would refuse', async () => {
  setup()
  open('/auto-engagement', { as: { role: 'viewer', can_write: false } })
  await screen.findByText('Call back')
  expect(screen.queryByRole('link', { name: 'New flow' })).toBeNull()
  expect(screen.queryByRole('button', { name: /^Move/ })).toBeNull()
})

test('a delete says what is running first', async () => {
  setup()
  onRequest('get', 'auto-engagement/flows/:id/executions', ({ query }) => {
    expect(query.get('status')).toBe('running')
    return list([], { total: 3 })
  })
  const asked = onRequest('delete', 'auto-engagement/flows/:id', () => message('Flow deleted successfully'))
  const { user } = open('/auto-engagement')
  await user.click(await screen.findByRole('button', { name: 'Actions for Call back' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
  expect(await screen.findByText(/3 executions are running/)).toBeInTheDocument()
  expect(asked).toHaveLength(0)
  await user.click(screen.getByRole('button', { name: 'Delete the flow' }))
  await waitFor(() => expect(asked).toHaveLength(1))
  expect(asked[0]?.path).toContain(flows[0]?.id)
})

test('an empty list teaches, and offers ready flows', async () => {
  setup([])
  open('/auto-engagement')
  expect(await screen.findByText('No flows yet')).toBeInTheDocument()
  expect(screen.getByText('Instant call-back')).toBeInTheDocument()
})

test('a failure is told in the server\'s words, with a retry', async () => {
  setup()
  onRequest('get', 'auto-engagement/flows', () => failure(404, 'Not here'))
  const { user } = open('/auto-engagement')
  expect(await screen.findByText('Not here')).toBeInTheDocument()
  setup()
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('Call back')).toBeInTheDocument()
})
