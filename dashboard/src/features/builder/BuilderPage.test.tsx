import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import type { FlowWithDetails } from '@/api/schema'
import { flow, uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, list, onRequest, success } from '@/test/server'

const created_at = '2026-11-22T04:30:00.000Z'
const stored = (change: Partial<FlowWithDetails> = {}): FlowWithDetails => ({
  ...flow(1, { name: 'Call back', priority: 4 }),
  trigger_conditions: [{ id: uuid(21), flow_id: uuid(101), condition_type: 'lead_source', condition_operator: 'equals', condition_value: 'IndiaMART', custom_field_name: null, condition_group: 0, created_at }],
  actions: [
    { id: uuid(31), flow_id: uuid(101), action_order: 1, action_type: 'ai_call', action_config: { agent_id: 'agent-1', phone_number_id: 'number-1' }, condition_type: null, condition_value: null, created_at },
    { id: uuid(32), flow_id: uuid(101), action_order: 2, action_type: 'wait', action_config: { duration_minutes: 120 }, condition_type: null, condition_value: null, created_at },
    { id: uuid(33), flow_id: uuid(101), action_order: 3, action_type: 'email', action_config: { email_template_id: uuid(41) }, condition_type: 'call_outcome', condition_value: 'missed', created_at },
  ],
  ...change,
})
const address = `/auto-engagement/${uuid(101)}/edit`

beforeEach(() => {
  onRequest('get', 'integrations/bolna/agents', () => list([{ id: 'agent-1', name: 'Priya', status: null }]))
  onRequest('get', 'integrations/bolna/phone-numbers', () => failure(404, 'Bolna is not connected'))
  onRequest('get', 'integrations/whatsapp/phone-numbers', () => list([]))
  onRequest('get', 'integrations/whatsapp/templates', () => list([]))
  onRequest('get', 'email-templates', () => list([{ id: uuid(41), name: 'Follow-up', subject: 'Hello', is_active: true }]))
  onRequest('get', 'auto-engagement/suggestions', ({ query }) => list(query.get('field') === 'lead_source' ? [{ value: 'JustDial', count: 2 }] : []))
  onRequest('get', 'contacts', () => list([{ id: uuid(301), name: 'Asha Rao', phone: '+919845012345', email: '' }]))
  onRequest('get', 'auto-engagement/flows/:id', () => success(stored()))
  onRequest('get', 'auto-engagement/flows/:id/versions', () => list([
    { flow_id: uuid(101), version: 2, name: 'Call back', is_enabled: true, priority: 4, created_at, created_by: 'ravi' },
    { flow_id: uuid(101), version: 1, name: 'Call', is_enabled: true, priority: 4, created_at, created_by: 'asha' },
  ]))
})

const steps = () => screen.getAllByTestId('step').map((step) => step.getAttribute('aria-label'))
const name = () => screen.findByRole('textbox', { name: /^Name/ })

test('a flow is shown with its conditions, steps in words and times', async () => {
  open(address)
  expect(await name()).toHaveValue('Call back')
  expect(screen.getByRole('combobox', { name: 'Value' })).toHaveValue('IndiaMART')
  expect(steps()).toEqual(['Step 1: AI call', 'Step 2: Wait', 'Step 3: E-mail'])
  expect(await screen.findByText(/Priya/)).toBeInTheDocument()
  expect(screen.getByText('only if the last call was missed')).toBeInTheDocument()
  expect(screen.getByText('about 2 hr after the lead')).toBeInTheDocument()
})

test('a new flow says what is missing, and is made once nothing is', async () => {
  const made = onRequest('post', 'auto-engagement/flows', ({ body }) => success(stored({ name: (body as { name: string }).name })))
  const { user, address: at } = open('/auto-engagement/create')
  await user.click((await screen.findAllByRole('button', { name: 'Create the flow' }))[0]!)
  expect((await screen.findAllByText('Flow name is required')).length).toBeGreaterThan(0)
  expect(made).toHaveLength(0)
  await user.type(await name(), 'Welcome')
  await user.click(within(screen.getByRole('group', { name: 'Add a step' })).getByRole('button', { name: 'Wait' }))
  await user.click(screen.getAllByRole('button', { name: 'Create the flow' })[0]!)
  await waitFor(() => expect(at()).toBe(`/dashboard${address}`))
  expect(made[0]?.body).toMatchObject({ name: 'Welcome', actions: [{ action_order: 1, action_type: 'wait', action_config: { duration_minutes: 60 } }], trigger_conditions: [] })
  expect(made[0]?.headers.get('Idempotency-Key')).toBeTruthy()
})

test('a value can be typed where a provider is not connected', async () => {
  const { user } = open('/auto-engagement/create')
  await user.click(within(await screen.findByRole('group', { name: 'Add a step' })).getByRole('button', { name: 'AI call' }))
  const numbers = await screen.findByRole('combobox', { name: /Number that calls/ })
  expect(await screen.findByText(/The list cannot be read/)).toBeInTheDocument()
  await user.type(numbers, 'number-9')
  await user.click(await screen.findByRole('option', { name: 'Use “number-9”' }))
  expect(numbers).toHaveValue('number-9')
})

test('a save says which version it changes, and shows the server\'s refusal at its field', async () => {
  const asked = onRequest('patch', 'auto-engagement/flows/:id', () => failure(400, 'AI call action requires agent_id and phone_number_id', [{ field: 'actions[0].action_config.agent_id', message: 'This agent is gone' }]))
  const { user } = open(address)
  await user.type(await name(), ' now')
  await user.click(screen.getAllByRole('button', { name: 'Save' })[0]!)
  await waitFor(() => expect(asked).toHaveLength(1))
  expect(asked[0]?.headers.get('If-Match')).toBe('"1"')
  expect(asked[0]?.body).toMatchObject({ name: 'Call back now', actions: [{ id: uuid(31) }, { id: uuid(32) }, { id: uuid(33) }] })
  expect(await within(screen.getAllByTestId('step')[0]!).findByText('This agent is gone')).toBeInTheDocument()
})

test('of two who save, the second chooses', async () => {
  const asked = onRequest('patch', 'auto-engagement/flows/:id', ({ headers, body }) =>
    headers.get('If-Match') === '"2"' ? success(stored({ version: 3, name: (body as { name: string }).name })) : failure(409, 'The flow has changed'))
  onRequest('get', 'auto-engagement/flows/:id/versions/:n/compare', () => success({ flow_id: uuid(101), version: 1, with: 2, differences: [{ field: 'name', before: 'Call back', after: 'Theirs' }] }))
  const { user } = open(address)
  await user.type(await name(), ' mine')
  onRequest('get', 'auto-engagement/flows/:id', () => success(stored({ version: 2, name: 'Theirs' })))
  await user.click(screen.getAllByRole('button', { name: 'Save' })[0]!)
  const dialog = await screen.findByRole('dialog', { name: 'Someone else changed this flow' })
  expect(await within(dialog).findByText('Theirs')).toBeInTheDocument()
  expect(await within(dialog).findByText(/ravi saved version 2/)).toBeInTheDocument()
  await user.click(within(dialog).getByRole('button', { name: 'Save mine over it' }))
  await waitFor(() => expect(asked).toHaveLength(2))
  expect(asked[1]?.body).toMatchObject({ name: 'Call back mine' })
  await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Someone else changed this flow' })).toBeNull())
})

test('unsaved changes come back after a reload, and can be discarded', async () => {
  const first = open(address)
  await first.user.type(await name(), ' later')
  first.unmount()
  const { user } = open(address)
  expect(await screen.findByText('Your unsaved changes are back')).toBeInTheDocument()
  expect(await name()).toHaveValue('Call back later')
  await user.click(screen.getByRole('button', { name: 'Discard them' }))
  expect(await name()).toHaveValue('Call back')
  await waitFor(() => expect(Object.keys(localStorage).filter((key) => key.startsWith('aef.draft'))).toEqual([]))
})

test('what was typed just before a reload is kept', async () => {
  const { user } = open(address)
  await user.type(await name(), '!')
  window.dispatchEvent(new Event('pagehide'))
  expect(Object.entries(localStorage).find(([key]) => key.startsWith('aef.draft'))?.[1]).toContain('Call back!')
})

test('leaving with unsaved changes is asked for', async () => {
  onRequest('get', 'auto-engagement/flows', () => list([]))
  onRequest('get', 'auto-engagement/flows/export', () => success({ flows: [] }))
  const { user, address: at } = open(address)
  await user.type(await name(), '!')
  await user.click(screen.getByRole('link', { name: 'Flows' }))
  const dialog = await screen.findByRole('dialog', { name: 'Leave with unsaved changes?' })
  await user.click(within(dialog).getByRole('button', { name: 'Stay here' }))
  expect(at()).toBe(`/dashboard${address}`)
  await user.click(screen.getByRole('link', { name: 'Flows' }))
  await user.click(await screen.findByRole('button', { name: 'Discard and leave' }))
  await waitFor(() => expect(at()).toBe('/dashboard/auto-engagement'))
})

test('steps are copied, moved and removed with a way back', async () => {
  const { user } = open(address)
  await name()
  const act = async (step: string, action: string) => {
    await user.click(screen.getByRole('button', { name: `Actions for ${step}` }))
    await user.click(await screen.findByRole('menuitem', { name: action }))
  }
  await act('Step 2: Wait', 'Move up')
  expect(steps()).toEqual(['Step 1: Wait', 'Step 2: AI call', 'Step 3: E-mail'])
  await act('Step 1: Wait', 'Duplicate')
  expect(steps()).toEqual(['Step 1: Wait', 'Step 2: Wait', 'Step 3: AI call', 'Step 4: E-mail'])
  await act('Step 4: E-mail', 'Remove')
  expect(steps()).toHaveLength(3)
  await user.click(await screen.findByText('Undo'))
  expect(steps()).toHaveLength(4)
})

test('a test tells why, when and what would be sent, of the changes that are not saved too', async () => {
  const asked = onRequest('post', 'auto-engagement/flows/:id/test', () => success({
    test_mode: true, flow_id: uuid(101), flow_name: 'Call back', note: 'Nothing was sent.',
    matching: { matches: false, reason: 'Condition failed', conditions_checked: [{ type: 'lead_source', operator: 'equals', value: 'IndiaMART', contact_value: 'JustDial', result: false, group: 0 }] },
    would_run: { result: false, reason: 'Condition failed: lead_source equals IndiaMART' },
    action_plan: [
      { order: 1, type: 'ai_call', config: {}, condition: null, estimated_status: 'success', at: created_at, ends_at: created_at, attempts: 1, outcome: 'missed', reason: null, would_send: { to_phone: '+919845012345', variables: {} } },
      { order: 3, type: 'email', config: {}, condition: { type: 'call_outcome', value: 'missed', will_execute: true }, estimated_status: 'skipped', at: created_at, ends_at: created_at, attempts: 1, outcome: null, reason: 'the contact has no e-mail', would_send: null },
    ],
  }))
  const { user } = open(address)
  await user.type(await name(), '!')
  await user.click(screen.getByRole('button', { name: 'Test' }))
  const panel = await screen.findByRole('dialog', { name: 'Test the flow' })
  await user.type(await within(panel).findByRole('combobox', { name: 'Lead source' }), 'JustDial')
  await user.click(within(panel).getByRole('button', { name: 'Test with the unsaved changes' }))
  expect(await within(panel).findByText('The flow would not take this lead')).toBeInTheDocument()
  expect(within(panel).getByText(/the lead has “JustDial”/)).toBeInTheDocument()
  expect(within(panel).getByText('the contact has no e-mail')).toBeInTheDocument()
  expect(asked[0]?.body).toMatchObject({ contact_data: { lead_source: 'JustDial' }, flow: { name: 'Call back!' } })
})

test('an older version is restored with one click', async () => {
  onRequest('get', 'auto-engagement/flows/:id', () => success(stored({ version: 2 })))
  const asked = onRequest('post', 'auto-engagement/flows/:id/versions/:n/restore', () => success(stored({ version: 3, name: 'Call' })))
  const { user } = open(address)
  await name()
  await user.click(screen.getByRole('button', { name: 'History' }))
  await user.click(await screen.findByRole('button', { name: 'Restore' }))
  await waitFor(() => expect(asked[0]?.path).toContain('/versions/1/restore'))
  expect(asked[0]?.headers.get('If-Match')).toBe('"2"')
  await waitFor(async () => expect(await name()).toHaveValue('Call'))
})

test('a viewer reads everything and changes nothing', async () => {
  const { user } = open(address, { as: { role: 'viewer', can_write: false } })
  expect(await name()).toBeDisabled()
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull()
  expect(screen.queryByRole('button', { name: /^Move/ })).toBeNull()
  await user.click(screen.getByRole('button', { name: /^1\. AI call/ }))
  expect(await screen.findByRole('combobox', { name: /Agent that talks/ })).toBeDisabled()
})

test('a ready flow opens filled in', async () => {
  open('/auto-engagement/create?ready=missed-call')
  expect(await name()).toHaveValue('Missed-call follow-up')
  expect(steps()).toEqual(['Step 1: AI call', 'Step 2: Wait', 'Step 3: WhatsApp message', 'Step 4: E-mail'])
})

test('a flow that is not there is said to be missing', async () => {
  onRequest('get', 'auto-engagement/flows/:id', () => failure(404, 'Flow not found'))
  open(address)
  expect(await screen.findByText('Flow not found')).toBeInTheDocument()
})
