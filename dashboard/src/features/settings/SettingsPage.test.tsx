import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Integration, Settings } from '@/api/schema'
import { uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, list, message, onRequest, success } from '@/test/server'

const settings: Settings = {
  name: 'Sunrise Homes', time_zone: 'Asia/Kolkata', default_region: 'IN', business_hours: null,
  contact_windows: { ai_call: { start: '09:00:00', end: '24:00:00', days: [1, 2, 3, 4, 5], time_zone: null }, whatsapp_message: null, email: null },
  match_mode: 'first', one_execution_per_contact: false, call_concurrency: 2, updated_at: '2026-11-22T04:30:00.000Z',
}

const at = '2026-11-22T04:30:00.000Z'
const webhook = 'https://api.example.com/webhooks/bolna/secret'
const integrations: Integration[] = [
  { kind: 'bolna', connected: true, config: {}, has_secret: true, webhook_url: webhook, updated_at: at },
  { kind: 'whatsapp', connected: false, config: null, has_secret: false, webhook_url: null, updated_at: at },
  { kind: 'email', connected: true, config: { mode: 'smtp', host: 'smtp.example.com', port: 587, tls: 'starttls', from: 'hello@example.com', username: 'mailer' }, has_secret: true, webhook_url: null, updated_at: at },
  { kind: 'leads', connected: false, config: null, has_secret: false, webhook_url: null, updated_at: at },
]

const part = (name: string) => within(screen.getByRole('region', { name }))

test('the tab stands in the address, and changed settings are saved', async () => {
  onRequest('get', 'settings', () => success(settings))
  const asked = onRequest('patch', 'settings', () => success({ ...settings, name: 'Sunset Homes' }))
  const { user, address } = open('/settings')
  expect(await screen.findByRole('button', { name: 'Save' })).toBeDisabled()
  await user.clear(screen.getByRole('textbox', { name: 'Name' }))
  await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Sunset Homes')
  await user.click(screen.getByRole('radio', { name: 'Every flow that fits' }))
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('Saved')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ name: 'Sunset Homes', time_zone: 'Asia/Kolkata', default_region: 'IN', match_mode: 'all', one_execution_per_contact: false })
  await user.click(screen.getByRole('tab', { name: 'Calls' }))
  await waitFor(() => expect(address()).toBe('/dashboard/settings?tab=calls'))
})

test('what the server refuses stands at its field', async () => {
  onRequest('get', 'settings', () => success(settings))
  onRequest('patch', 'settings', () => failure(400, 'call_concurrency is above your limit', [{ field: 'call_concurrency', message: 'call_concurrency is above your limit' }]))
  const { user } = open('/settings?tab=calls')
  await user.clear(await screen.findByRole('textbox', { name: 'Calls at once' }))
  await user.type(screen.getByRole('textbox', { name: 'Calls at once' }), '900')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('call_concurrency is above your limit')).toBeInTheDocument()
})

test('hours and windows are saved together, midnight as the end of the day', async () => {
  onRequest('get', 'settings', () => success(settings))
  const asked = onRequest('patch', 'settings', () => success(settings))
  const { user } = open('/settings?tab=hours')
  await user.click(await screen.findByRole('switch', { name: 'Flows begin at certain hours only' }))
  await user.click(part('Business hours').getByRole('checkbox', { name: 'Sun' }))
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(asked[0]?.body).toEqual({
    business_hours: { start: '09:00', end: '18:00', days: [1, 2, 3, 4, 5, 6], time_zone: null },
    contact_windows: { ai_call: { start: '09:00', end: '24:00', days: [1, 2, 3, 4, 5], time_zone: null }, whatsapp_message: null, email: null },
  }))
})

test('a check tells the provider\'s words', async () => {
  onRequest('get', 'integrations', () => list(integrations))
  onRequest('post', 'integrations/bolna/check', () => success({ ok: false, message: 'Bolna cannot be used: HTTP 401: Access denied' }))
  const { user } = open('/settings?tab=integrations')
  await screen.findByRole('heading', { name: 'WhatsApp' })
  await user.click(part('Bolna (AI calls)').getByRole('button', { name: 'Check' }))
  expect(await screen.findByText('Bolna cannot be used: HTTP 401: Access denied')).toBeInTheDocument()
})

test('a stored secret is kept, unless it is replaced', async () => {
  onRequest('get', 'integrations', () => list(integrations))
  onRequest('post', 'integrations/email/check', () => success({ ok: true, message: 'The server takes mail.' }))
  const asked = onRequest('put', 'integrations/email', () => success(integrations[2]))
  const { user } = open('/settings?tab=integrations')
  await screen.findByRole('heading', { name: 'E-mail' })
  const change = async (replace: boolean) => {
    await user.click(part('E-mail').getByRole('button', { name: 'Change' }))
    await user.clear(part('E-mail').getByRole('textbox', { name: 'Server' }))
    await user.type(part('E-mail').getByRole('textbox', { name: 'Server' }), 'mail.example.com')
    if (replace) {
      await user.click(part('E-mail').getByRole('button', { name: 'Replace' }))
      await user.type(part('E-mail').getByLabelText('Password'), 'hunter2')
    }
    await user.click(part('E-mail').getByRole('button', { name: 'Save and check' }))
    expect(await screen.findByText('The server takes mail.')).toBeInTheDocument()
  }
  const config = { mode: 'smtp', host: 'mail.example.com', port: 587, tls: 'starttls', from: 'hello@example.com', username: 'mailer' }
  await change(false)
  expect(asked[0]?.body).toEqual({ config })
  await change(true)
  expect(asked[1]?.body).toEqual({ config, secret: 'hunter2' })
})

test('connecting needs what the provider needs, and a refusal stands at its field', async () => {
  onRequest('get', 'integrations', () => list(integrations))
  const asked = onRequest('put', 'integrations/whatsapp', () => failure(400, 'the token is not taken', [{ field: 'secret', message: 'the token is not taken' }]))
  const { user } = open('/settings?tab=integrations')
  await screen.findByRole('heading', { name: 'WhatsApp' })
  const card = part('WhatsApp')
  await user.click(card.getByRole('button', { name: 'Connect' }))
  expect(card.getByRole('button', { name: 'Save and check' })).toBeDisabled()
  await user.type(card.getByRole('textbox', { name: 'WhatsApp Business Account id' }), '102290129340398')
  await user.type(card.getByLabelText('Access token'), 'EAAG')
  await user.click(card.getByRole('button', { name: 'Save and check' }))
  expect(await card.findByText('the token is not taken')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ config: { mode: 'cloud', business_account_id: '102290129340398' }, secret: 'EAAG' })
})

test('a webhook address is renewed after a warning; the lead webhook is made and closed', async () => {
  let shown = integrations
  onRequest('get', 'integrations', () => list(shown))
  const rotated = onRequest('post', 'integrations/:kind/rotate-token', () => success(integrations[0]))
  const closed = onRequest('delete', 'integrations/leads', () => message('Disconnected'))
  const { user } = open('/settings?tab=integrations')
  await screen.findByText(webhook)
  await user.click(part('Bolna (AI calls)').getByRole('button', { name: 'New address…' }))
  expect(await screen.findByText(/stops working at once/)).toBeInTheDocument()
  expect(rotated).toHaveLength(0)
  await user.click(screen.getByRole('button', { name: 'Make a new address' }))
  await waitFor(() => expect(rotated.map(({ path }) => path)).toEqual(['/api/integrations/bolna/rotate-token']))
  shown = integrations.map((one) => (one.kind === 'leads' ? { ...one, connected: true, webhook_url: 'https://api.example.com/webhooks/leads/t' } : one))
  await user.click(part('Lead webhook').getByRole('button', { name: 'Make an address' }))
  expect(await screen.findByText('https://api.example.com/webhooks/leads/t')).toBeInTheDocument()
  await user.click(part('Lead webhook').getByRole('button', { name: 'Close the address…' }))
  await user.click(await screen.findByRole('button', { name: 'Disconnect' }))
  await waitFor(() => expect(closed).toHaveLength(1))
})

test('what a role may not do is not there', async () => {
  onRequest('get', 'integrations', () => list(integrations.map((one) => ({ ...one, webhook_url: null }))))
  onRequest('get', 'settings', () => success(settings))
  const { user } = open('/settings?tab=integrations', { as: { role: 'manager' } })
  await screen.findByRole('heading', { name: 'E-mail' })
  expect(screen.getAllByRole('button', { name: 'Check' })).toHaveLength(2)
  for (const name of ['Change', 'Connect', 'Disconnect…', 'New address…', 'Make an address']) expect(screen.queryByRole('button', { name })).toBeNull()
  expect(screen.queryByRole('tab', { name: 'Audit log' })).toBeNull()
  await user.click(screen.getByRole('tab', { name: 'Members' }))
  expect(await screen.findByText('Your role: Manager')).toBeInTheDocument()
})

test('the audit log goes by cursor', async () => {
  const asked = onRequest('get', 'audit-log', () =>
    list([{ id: uuid(1), at, actor: 'asha', action: 'contact.erased', subject_kind: 'contact', subject_id: uuid(2), details: { executions: 2 } }], { next_cursor: 'c2' }))
  const { user, address } = open('/settings?tab=audit&action=contact.erased')
  const entry = within(await screen.findByTestId('entry'))
  expect(entry.getByText('Contact erased')).toBeInTheDocument()
  expect(entry.getByText('executions: 2')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Next page' }))
  await waitFor(() => expect(address()).toContain('cursor=c2'))
  expect(Object.fromEntries(asked.at(-1)?.query ?? [])).toEqual({ action: 'contact.erased', cursor: 'c2', limit: '50' })
})
