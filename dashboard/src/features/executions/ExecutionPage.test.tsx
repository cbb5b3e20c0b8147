import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { ActionLog, ExecutionWithLogs } from '@/api/schema'
import { execution, uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, onRequest, success } from '@/test/server'
import { executionQuery } from './queries'

function log(order: number, change: Partial<ActionLog> = {}): ActionLog {
  return {
    id: uuid(700 + order * 10 + (change.attempt ?? 1)), flow_execution_id: uuid(501), action_id: null, action_type: 'ai_call', action_order: order,
    action_config: { agent_id: 'a', phone_number_id: 'p' }, planned_for: null, started_at: '2026-11-22T04:30:01.000Z', completed_at: '2026-11-22T04:31:01.000Z',
    status: 'success', attempt: 1, result_data: null, error_message: null, skip_reason: null, ...change,
  }
}

const action = (order: number, type: string, config: object, condition: string | null = null) => ({
  id: uuid(800 + order), flow_id: uuid(101), action_order: order, action_type: type, action_config: config, condition_type: condition && 'call_outcome', condition_value: condition, created_at: '2026-11-22T04:30:00.000Z',
})

const actions = [action(1, 'ai_call', {}), action(2, 'whatsapp_message', { template_id: 'hello' }, 'missed'), action(3, 'wait', { duration_minutes: 90 })]

const decision = {
  outcome: 'matched', reason: 'Matched flow Flow 1', passed_over: 4, taken: [{ flow_id: uuid(101), flow_name: 'Flow 1', version: 1, not_before: null }], contact: { id: uuid(301), new: true },
  flows: [
    { flow_id: uuid(100), flow_name: 'Hot leads', version: 2, priority: 0, matches: false, reason: '', verdict: 'conditions', verdict_reason: '', hours: null, repeat: null,
      conditions_checked: [{ type: 'custom_field', custom_field_name: 'budget', operator: 'gt', value: '500000', contact_value: 'soon', result: false, group: 0, note: 'not a number' }] },
    { flow_id: uuid(101), flow_name: 'Flow 1', version: 1, priority: 1, matches: true, reason: '', verdict: 'taken', verdict_reason: '', hours: null, repeat: { blocked: false, last_start: null, free_at: null },
      conditions_checked: [{ type: 'lead_source', operator: 'equals', value: 'IndiaMART', contact_value: 'indiamart', result: true, group: 0 }] },
  ],
}

function setup(change: Partial<ExecutionWithLogs> = {}, logs = [log(1)]) {
  onRequest('get', 'auto-engagement/flows/:id/versions/:n', () => success({ actions }))
  onRequest('get', `auto-engagement/leads/${uuid(901)}`, () => success({ id: uuid(901), outcome: 'matched', executions: [], decision }))
  return onRequest('get', `auto-engagement/executions/${uuid(501)}`, () => success({ ...execution(1, { status: 'completed', lead_id: uuid(901) }), action_logs: logs, ...change }))
}

const path = `/auto-engagement/executions/${uuid(501)}`
const step = async (n: number) => within((await screen.findAllByTestId('step'))[n - 1]!)

test('each step says what came of it, and what is still to come', async () => {
  setup({ status: 'running' }, [
    log(1, { result_data: { call_outcome: 'missed', call_detail: 'no_answer', recording_url: 'https://calls.example.com/1.mp3', transcript_ref: '/executions/7' } }),
    log(2, { action_type: 'whatsapp_message', action_config: { template_id: 'hello', whatsapp_phone_number_id: '1' }, result_data: { status: 'delivered', to_phone: '+919845012345' } }),
  ])
  open(path)
  const call = await step(1)
  expect(call.getByText('The call was not picked up (no answer)')).toBeInTheDocument()
  expect(call.getByRole('link', { name: 'Listen to the recording' })).toHaveAttribute('href', 'https://calls.example.com/1.mp3')
  expect(call.getByText(/\/executions\/7/)).toBeInTheDocument()
  expect(call.getByText('took 1 min')).toBeInTheDocument()
  const message = await step(2)
  expect(message.getByText('Delivered to +919845012345')).toBeInTheDocument()
  expect(message.getByText('template hello · if the last call was missed')).toBeInTheDocument()
  const wait = await step(3)
  expect(wait.getByText('Planned')).toBeInTheDocument()
  expect(wait.getByText('waits 1 hr 30 min')).toBeInTheDocument()
})

test('a recording is linked only when it is an address of the web', async () => {
  setup({}, [log(1, { result_data: { call_outcome: 'answered', recording_url: 'javascript:alert(1)' } })])
  open(path)
  expect((await step(1)).getByText('The call was answered')).toBeInTheDocument()
  expect(screen.queryByRole('link', { name: 'Listen to the recording' })).not.toBeInTheDocument()
})

test('attempts are told apart, with when the next one is planned for', async () => {
  setup({ status: 'running' }, [
    log(1, { result_data: { call_outcome: 'missed', call_detail: 'busy' } }),
    log(1, { attempt: 2, status: 'running', started_at: null, completed_at: null, planned_for: '2026-11-22T05:01:01.000Z' }),
  ])
  open(path)
  const call = await step(1)
  expect(call.getAllByTestId('attempt')).toHaveLength(2)
  expect(call.getByText('Attempt 2')).toBeInTheDocument()
  expect(call.getByText(/Goes on at .*10:31/)).toBeInTheDocument()
})

test('a step that was refused says by which rule', async () => {
  setup({ status: 'skipped' }, [
    log(1, { status: 'skipped', skip_reason: 'the contact is suppressed for calls', result_data: { evidence: { rule: 'suppression', value: '+919845012345', covers: 'ai_call', reason: 'asked not to be called', checked_at: '2026-11-22T04:30:01.000Z' } } }),
    log(2, { action_type: 'whatsapp_message', status: 'skipped', skip_reason: 'call_outcome: wants "missed", and no call has been made' }),
  ])
  open(path)
  expect((await step(1)).getByText(/\+919845012345 is suppressed for AI call \(asked not to be called\)\./)).toBeInTheDocument()
  expect((await step(2)).getByText('Its condition did not hold')).toBeInTheDocument()
  expect((await step(2)).getByText(/no call has been made/)).toBeInTheDocument()
  expect((await step(3)).getByText('Not reached')).toBeInTheDocument()
})

test('a closed contact window is told in its own zone', async () => {
  setup({ status: 'running' }, [log(1, {
    status: 'running', completed_at: null, started_at: null, planned_for: '2026-11-22T03:30:00.000Z',
    result_data: { evidence: { rule: 'contact_window', window: { start: '09:00:00', end: '21:00:00' }, time_zone: 'Asia/Kolkata', zone_from: 'contact', local_time: '2026-11-21 22:10:00', opens_at: '2026-11-22T03:30:00.000Z' } },
  })])
  open(path)
  expect((await step(1)).getByText(/It was 2026-11-21 22:10:00 in Asia\/Kolkata \(the zone of the contact\), outside the contact window of 09:00 to 21:00\./)).toBeInTheDocument()
})

test('the raw record is shown when asked for', async () => {
  setup({}, [log(1, { result_data: { call_outcome: 'answered', odd: 'thing' } })])
  const { user } = open(path)
  const call = await step(1)
  expect(call.queryByText(/"odd"/)).not.toBeInTheDocument()
  await user.click(call.getByRole('button', { name: 'Show the raw record' }))
  expect(await call.findByText(/"odd": "thing"/)).toBeInTheDocument()
})

test('why this flow: each flow looked at, and each condition with what the lead had', async () => {
  setup()
  const { user } = open(path)
  const [other, mine] = (await screen.findAllByTestId('flow-decision')).map((one) => within(one))
  expect(mine!.getByText('this one')).toBeInTheDocument()
  expect(mine!.getByText('Lead source is “IndiaMART”')).toBeInTheDocument()
  expect(mine!.getByText('“indiamart”')).toBeInTheDocument()
  expect(mine!.getByRole('img', { name: 'holds' })).toBeInTheDocument()
  await user.click(other!.getByRole('button'))
  expect(other!.getByText('Field “budget” is more than “500000”')).toBeInTheDocument()
  expect(other!.getByText(/not a number/)).toBeInTheDocument()
  expect(screen.getByText('4 more flows were left aside: their conditions could not hold.')).toBeInTheDocument()
})

test('an execution that no lead started says so', async () => {
  setup({ lead_id: null, is_test_run: true })
  open(path)
  expect(await screen.findByText('A person started this test run: no decision was made.')).toBeInTheDocument()
  expect(screen.getByText('Test run')).toBeInTheDocument()
})

test('the canvas shows the path, and choosing a step there marks it in the list', async () => {
  setup({}, [log(1), log(2, { action_type: 'whatsapp_message', status: 'skipped', skip_reason: 'because' })])
  open(path)
  const canvas = within(await screen.findByRole('group', { name: 'The flow as a drawing' }))
  expect(await canvas.findByText('Skipped')).toBeInTheDocument()
  fireEvent.click(canvas.getByRole('button', { name: /^2\. WhatsApp message/ }))
  expect((await screen.findAllByTestId('step'))[1]!.style.outline).not.toBe('')
})

test('a deleted flow leaves the steps that were run', async () => {
  setup({ flow_id: null })
  open(path)
  expect(await screen.findByText('The flow is deleted: only the steps that it came to are shown.')).toBeInTheDocument()
  expect(screen.getAllByTestId('step')).toHaveLength(1)
})

test('it is cancelled with a reason, which then is shown', async () => {
  let cancelled = false
  setup()
  onRequest('get', `auto-engagement/executions/${uuid(501)}`, () => success({
    ...execution(1, cancelled ? { status: 'cancelled', metadata: { cancel_reason: 'wrong person' } } : {}), action_logs: [],
  }))
  const asked = onRequest('post', `auto-engagement/executions/${uuid(501)}/cancel`, () => {
    cancelled = true
    return success(execution(1, { status: 'cancelled' }))
  })
  const { user } = open(path)
  await user.click(await screen.findByRole('button', { name: 'Cancel…' }))
  await user.type(await screen.findByRole('textbox', { name: 'Reason' }), 'wrong person')
  await user.click(screen.getByRole('button', { name: 'Cancel execution' }))
  expect(await screen.findByText('Cancelled: wrong person')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ reason: 'wrong person' })
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel…' })).not.toBeInTheDocument())
})

test('who may not write has no button to cancel', async () => {
  setup({ status: 'running' })
  open(path, { as: { role: 'viewer', can_write: false } })
  await screen.findAllByTestId('step')
  expect(screen.queryByRole('button', { name: 'Cancel…' })).not.toBeInTheDocument()
})

test('one that is not there says so in the words of the server', async () => {
  onRequest('get', `auto-engagement/executions/${uuid(501)}`, () => failure(404, 'Execution not found'))
  open(path)
  expect(await screen.findByText('Execution not found')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'All executions' })).toBeInTheDocument()
})

test('it is asked for again only while it runs', () => {
  const { refetchInterval } = executionQuery(uuid(501))
  const after = (status: string) => (refetchInterval as (query: object) => unknown)({ state: { data: { status } } })
  expect(after('running')).toBe(2000)
  expect(['completed', 'failed', 'cancelled', 'skipped'].map(after)).toEqual([false, false, false, false])
})
