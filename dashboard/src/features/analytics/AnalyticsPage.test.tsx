import { screen, waitFor, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { exported, flow } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, list, onRequest, success } from '@/test/server'

const flows = [flow(0, { name: 'Call back' }), flow(1, { name: 'Reminder' })]
const [callBack, reminder] = flows.map((one) => one.id) as [string, string]

function period(total: number, completed: number, rate: string, p50: number | null) {
  return {
    from: '2026-01-01', to: '2026-01-30', total_executions: total, completed_executions: completed, failed_executions: 2, cancelled_executions: 0, skipped_executions: 0,
    success_rate: rate, action_statistics: [], lead_to_first_touch: { executions: 1, p50_seconds: p50, p90_seconds: p50 && p50 * 10 },
  }
}

function tally(i: number, executions: number, rate: string) {
  return { flow_id: flows[i]?.id, flow_name: flows[i]?.name, priority: i, is_enabled: true, execution_count: executions, success_count: executions, failure_count: 0, success_rate: rate, last_execution: null }
}

function setup({ total = 1500, before = 1000 } = {}) {
  onRequest('get', 'auto-engagement/flows', () => list(flows))
  onRequest('get', 'auto-engagement/flows/export', () => success({ flows: flows.map((one) => exported(one, ['ai_call'])) }))
  const overview = onRequest('get', 'auto-engagement/analytics/overview', () => success({ period: period(total, 1200, '80.00', 45), previous: period(before, 1000, '75.50', 90) }))
  onRequest('get', 'auto-engagement/analytics', () => success({
    summary: { total_executions: total }, flow_statistics: [tally(0, 3, '33.33'), tally(1, total, '0')], action_statistics: [],
    timeline: [{ date: '2026-01-29', execution_count: 0, success_count: 0 }, { date: '2026-01-30', execution_count: total, success_count: 1200 }],
  }))
  const funnel = onRequest('get', 'auto-engagement/analytics/funnel', ({ query }) => success({
    flow_id: query.get('flow_id'), flow_name: query.get('flow_id') === callBack ? 'Call back' : 'Reminder', total_executions: 10,
    steps: [{ action_order: 1, action_type: 'ai_call', in_flow: true, entered: 10, succeeded: 7, failed: 1, skipped: 2, waiting: 0, cancelled: 0 }],
  }))
  onRequest('get', 'auto-engagement/analytics/channels', () => list([{
    action_type: 'ai_call', total_actions: 9, successful_actions: 7, failed_actions: 2, skipped_actions: 0, success_rate: '77.78', waiting_actions: 0, cancelled_actions: 0,
    outcomes: [{ outcome: 'answered', count: 5 }, { outcome: 'busy', count: 4 }],
  }]))
  onRequest('get', 'auto-engagement/analytics/heatmap', () => list([{ weekday: 2, hour: 18, calls: 8, answered: 6, answered_rate: '75.00' }]))
  return { overview, funnel }
}

const page = '/auto-engagement/analytics'

test('totals stand against the period before', async () => {
  setup()
  open(page + '?from=2026-01-01&to=2026-01-30')
  const cards = await screen.findAllByTestId('total')
  expect(cards[0]).toHaveTextContent('Executions1,500+50% · before: 1,000')
  expect(cards[1]).toHaveTextContent('Success rate80%+4.5 points · before: 75.5%')
  expect(cards[3]).toHaveTextContent('Failed2no change · before: 2')
  expect(cards[6]).toHaveTextContent('45 sec-50% · before: 1 min')
})

test('every chart has its words, and its figures as a table', async () => {
  setup()
  const { user } = open(page)
  expect(await screen.findByText('1,500 executions, 1,200 of them completed. Most on 30 Jan 2026: 1,500.')).toBeInTheDocument()
  expect(await screen.findByText('AI call: Answered 5, Busy 4')).toBeInTheDocument()
  expect(await screen.findByText('10 executions. 1. AI call: entered 10, done 7.')).toBeInTheDocument()
  expect(screen.getByTestId('hour')).toHaveTextContent('Tue 18:00–19:00: 6 of 8 calls answered, 75%')
  await user.click(screen.getByRole('button', { name: 'As a table: Outcome by channel' }))
  const table = within(screen.getByRole('region', { name: 'Outcome by channel' }).querySelector('table') as HTMLElement)
  expect(table.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['AI call', '5', '4', '0', '77.8%'])
})

test('days and flow stand in the address, and are asked for', async () => {
  const { overview, funnel } = setup()
  const { user, address } = open(page)
  await screen.findAllByTestId('total')
  await waitFor(() => expect(funnel.at(-1)?.query.get('flow_id')).toBe(reminder)) // the busiest
  await user.click(screen.getByRole('button', { name: /^Days/ }))
  await user.click(await screen.findByRole('button', { name: 'Last month' }))
  await waitFor(() => expect(address()).toBe(`/dashboard${page}?range=last_month`))
  await user.click(screen.getByRole('combobox', { name: 'Flow' }))
  await user.click(await screen.findByRole('option', { name: 'Call back' }))
  await waitFor(() => expect(address()).toBe(`/dashboard${page}?range=last_month&flow_id=${callBack}`))
  await waitFor(() => expect(overview.at(-1)?.query.get('flow_id')).toBe(callBack))
  await waitFor(() => expect(funnel.at(-1)?.query.get('flow_id')).toBe(callBack))
  expect(overview.at(-1)?.query.get('from')).toMatch(/-01$/)
})

test('flows are sorted by a column, and saved as CSV in that order', async () => {
  setup()
  const saved: Blob[] = []
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (blob: Blob) => (saved.push(blob), 'blob:x'), revokeObjectURL: () => {} }))
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {})
  const { user, address } = open(page)
  const names = () => screen.getAllByTestId('flow').map((row) => within(row).getAllByRole('link')[0]?.textContent)
  await screen.findAllByTestId('flow')
  expect(names()).toEqual(['Call back', 'Reminder'])
  await user.click(screen.getByRole('button', { name: 'Executions' }))
  await waitFor(() => expect(names()).toEqual(['Reminder', 'Call back']))
  expect(address()).toBe(`/dashboard${page}?sort=executions&desc=true`)
  expect(screen.getByRole('columnheader', { name: 'Executions' })).toHaveAttribute('aria-sort', 'descending')
  await user.click(screen.getByRole('button', { name: 'This table as CSV' }))
  const lines = (await saved[0]?.text())?.split('\r\n') ?? []
  expect(lines[1]).toBe(`${reminder},Reminder,1,true,1500,1500,0,0,`)
  expect(lines[2]).toMatch(/Call back,0,true,3,3,0,33.33/)
  vi.unstubAllGlobals()
})

test('the executions of these days and this flow are exported; a viewer exports nothing', async () => {
  setup()
  const asked = onRequest('post', 'auto-engagement/exports', () => failure(409, 'Two exports are being made'))
  const { user, unmount } = open(`${page}?from=2026-01-01&to=2026-01-30&flow_id=${callBack}`)
  await user.click(await screen.findByRole('button', { name: 'Export executions' }))
  expect(await screen.findByText('Two exports are being made')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ kind: 'executions', filter: { from: '2026-01-01', to: '2026-01-30', flow_id: callBack } })
  unmount()
  open(page, { as: { role: 'viewer', can_write: false } })
  await screen.findAllByTestId('total')
  expect(screen.queryByRole('button', { name: 'Export executions' })).toBeNull()
})

test('days without anything say so; a part that fails is told and asked again', async () => {
  setup({ total: 0, before: 0 })
  onRequest('get', 'auto-engagement/analytics/overview', () => failure(400, 'from and to must span at most 366 days'))
  const { user } = open(page)
  await user.click(await screen.findByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('from and to must span at most 366 days')).toBeInTheDocument()
  setup({ total: 0, before: 0 })
  await user.click(await screen.findByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('Nothing to count in these days')).toBeInTheDocument()
})
