import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { DeadLetterQueue } from '@/api/schema'
import { open } from '@/test/render'
import { failure, onRequest, success } from '@/test/server'

const queue: DeadLetterQueue = {
  name: 'leads', holds: 'h', advice: 'a', messages: 1234, problem: null,
  refused: { total: 2, total_capped: false, oldest_at: new Date(Date.now() - 3 * 86_400_000).toISOString() },
}
const calm: DeadLetterQueue = { ...queue, messages: 0, refused: { total: 0, total_capped: false, oldest_at: null } }
const figure = async (name: string) => within(await screen.findByRole('group', { name }))

test('how much has failed stands there, with what to do and where to look', async () => {
  onRequest('get', 'auto-engagement/dead-letters', () => success([queue]))
  const { user, address } = open('/settings?tab=dead-letters')
  expect((await figure('In the queue now')).getByText('1,234')).toBeInTheDocument()
  const own = await figure('Your refused leads')
  expect(own.getByText('2')).toBeInTheDocument()
  expect(own.getByText('3 days ago')).toBeInTheDocument()
  expect(screen.getByText(/mend the system that sends them/)).toBeInTheDocument()
  onRequest('get', 'auto-engagement/leads', () => failure(503, 'away'))
  await user.click(screen.getByRole('link', { name: 'See your refused leads' }))
  await waitFor(() => expect(address()).toBe('/dashboard/leads?outcome=rejected'))
})

test('nothing has failed, until it is asked again', async () => {
  let shown = calm
  const asked = onRequest('get', 'auto-engagement/dead-letters', () => success([shown]))
  const { user } = open('/settings?tab=dead-letters')
  expect(await screen.findByText('Nothing has failed')).toBeInTheDocument()
  shown = { ...calm, messages: 1 }
  await user.click(screen.getByRole('button', { name: 'Ask again' }))
  expect((await figure('In the queue now')).getByText('1')).toBeInTheDocument()
  expect(screen.queryByText('Nothing has failed')).toBeNull()
  expect(screen.queryByRole('link', { name: 'See your refused leads' })).toBeNull()
  expect(asked).toHaveLength(2)
})

test('a queue that cannot be read is not taken for an empty one', async () => {
  onRequest('get', 'auto-engagement/dead-letters', () => success([{ ...calm, messages: null, problem: 'The queue cannot be read right now; please try again' }]))
  open('/settings?tab=dead-letters')
  expect(await screen.findByText('The queue cannot be read right now; please try again')).toBeInTheDocument()
  expect((await figure('In the queue now')).getByText('Not known')).toBeInTheDocument()
  expect(screen.queryByText('Nothing has failed')).toBeNull()
})

test('more than can be counted is marked, and a failure can be retried', async () => {
  let away = true
  onRequest('get', 'auto-engagement/dead-letters', () => (away ? failure(500, 'Internal server error') : success([{ ...queue, refused: { ...queue.refused, total: 10_000, total_capped: true } }])))
  const { user } = open('/settings?tab=dead-letters')
  expect(await screen.findByText('Internal server error')).toBeInTheDocument()
  away = false
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect((await figure('Your refused leads')).getByText(/10,000/)).toHaveTextContent('10,000+')
})

test('only owner and admin have the tab', async () => {
  const asked = onRequest('get', 'auto-engagement/dead-letters', () => success([queue]))
  onRequest('get', 'settings', () => failure(503, 'away'))
  open('/settings?tab=dead-letters', { as: { role: 'manager' } })
  expect(await screen.findByText('away')).toBeInTheDocument()
  expect(screen.queryByRole('tab', { name: 'Dead letters' })).toBeNull()
  expect(asked).toHaveLength(0)
})
