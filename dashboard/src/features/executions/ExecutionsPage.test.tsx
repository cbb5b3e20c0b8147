import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { execution, uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { list, onRequest, success } from '@/test/server'

function setup(rows = [execution(1), execution(2, { status: 'completed' })]) {
  onRequest('get', 'auto-engagement/flows', () => list([]))
  onRequest('get', 'auto-engagement/flows/export', () => success({ flows: [] }))
  return onRequest('get', 'auto-engagement/executions', ({ query }) => (query.get('limit') === '1' ? list([], { total: 1234 }) : list(rows, { next_cursor: 'c2' })))
}

test('the address is the filter', async () => {
  const asked = setup()
  open('/auto-engagement/executions?status=failed&search=98450&from=2026-11-01&nonsense=1')
  await screen.findByText('Contact 1')
  const query = asked.find((one) => one.query.get('limit') === '50')?.query
  expect(Object.fromEntries(query ?? [])).toEqual({ status: 'failed', search: '98450', from: '2026-11-01', limit: '50' })
})

test('counts are of the whole filter, not of the page', async () => {
  setup()
  open('/auto-engagement/executions')
  expect(await screen.findByText('Running 1,234')).toBeInTheDocument()
  expect(screen.getByText('All 6,170')).toBeInTheDocument()
})

test('older pages go by cursor, and a new filter begins at the newest', async () => {
  setup()
  const { user, address } = open('/auto-engagement/executions')
  await user.click(await screen.findByRole('button', { name: 'Next page' }))
  await waitFor(() => expect(address()).toBe('/dashboard/auto-engagement/executions?cursor=c2'))
  await user.click(await screen.findByText(/^Failed/))
  await waitFor(() => expect(address()).toBe('/dashboard/auto-engagement/executions?status=failed'))
})

test('many are cancelled at once, with a reason', async () => {
  setup([execution(1), execution(2)])
  const asked = onRequest('post', 'auto-engagement/executions/bulk-cancel', () => success({ cancelled: 2 }))
  const { user } = open('/auto-engagement/executions')
  await user.click(await screen.findByRole('checkbox', { name: 'Select the execution for Contact 1' }))
  await user.click(screen.getByRole('checkbox', { name: 'Select the execution for Contact 2' }))
  await user.click(screen.getByRole('button', { name: 'Cancel selected… (2)' }))
  await user.type(await screen.findByRole('textbox', { name: 'Reason' }), 'wrong list')
  await user.click(screen.getByRole('button', { name: 'Cancel execution' }))
  expect(await screen.findByText('2 executions are cancelled')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ ids: [uuid(501), uuid(502)], reason: 'wrong list' })
})

test('columns are chosen, and stay so', async () => {
  setup([execution(1, { status: 'failed', error_message: 'No agent', completed_at: '2026-11-22T04:32:00.000Z' })])
  const { user, unmount } = open('/auto-engagement/executions')
  await screen.findByText('Contact 1')
  await user.click(screen.getByRole('button', { name: 'Columns' }))
  await user.click(await screen.findByRole('checkbox', { name: 'Failed because' }))
  await user.click(screen.getByRole('checkbox', { name: 'Step' }))
  await user.click(screen.getByRole('checkbox', { name: 'Took' }))
  expect(screen.getByText('No agent')).toBeInTheDocument()
  expect(screen.getByText('2m')).toBeInTheDocument()
  unmount()
  open('/auto-engagement/executions')
  await screen.findByText('No agent')
  expect(screen.queryByRole('columnheader', { name: 'Step' })).toBeNull()
})

test('what the filter selects is exported, with its progress', async () => {
  setup()
  const job = { id: uuid(900), kind: 'executions', status: 'queued', rows: 0, size: null, file_name: 'executions.csv', url: null, error: null }
  const asked = onRequest('post', 'auto-engagement/exports', () => success(job))
  onRequest('get', 'auto-engagement/exports/:id', () => success({ ...job, status: 'completed', rows: 1234, url: 'https://files.example.com/x.csv' }))
  const { user } = open('/auto-engagement/executions?status=failed&tests=true&cursor=c9')
  await user.click(await screen.findByRole('button', { name: 'Export as CSV' }))
  const link = await screen.findByRole('link', { name: 'Download executions.csv' })
  expect(link).toHaveAttribute('href', 'https://files.example.com/x.csv')
  expect(screen.getByText('The file is ready: 1,234 rows.')).toBeInTheDocument()
  expect(asked).toHaveLength(1)
  expect(asked[0]?.body).toEqual({ kind: 'executions', filter: { status: 'failed', test_runs_only: true } })
  expect(asked[0]?.headers.get('Idempotency-Key')).toBeTruthy()
})

test('a viewer exports nothing', async () => {
  setup()
  open('/auto-engagement/executions', { as: { role: 'viewer', can_write: false } })
  await screen.findByText('Contact 1')
  expect(screen.queryByRole('button', { name: 'Export as CSV' })).toBeNull()
})
