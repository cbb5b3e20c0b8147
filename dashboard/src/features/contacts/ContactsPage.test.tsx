import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { ContactWithFacts } from '@/api/schema'
import { execution, uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, list, message, onRequest, success } from '@/test/server'
import { contact, suppression } from './fixtures'

const facts = (change: Partial<ContactWithFacts> = {}): ContactWithFacts => ({
  ...contact(1, { name: 'Asha Rao', phone: '+919845012345', company: 'Acme', tags: ['hot'], custom_fields: { budget: 250000 } }),
  executions: {}, suppressions: [], last_lead_at: null, last_lead_id: null, last_lead_source: null, ...change,
})

function one(of: ContactWithFacts) {
  onRequest('get', 'contacts/:id', () => success(of))
  onRequest('get', 'auto-engagement/executions', () => list([execution(1, { contact_id: of.id })]))
  return onRequest('get', 'auto-engagement/leads', () => list([]))
}

const address = '/contacts/' + uuid(301)

test('the address is the filter, and a new filter begins at the newest', async () => {
  const asked = onRequest('get', 'contacts', () => list([contact(1, { tags: ['vip'] })], { total: 1234, next_cursor: 'c2' }))
  const { user, address: at } = open('/contacts?search=rao&suppressed=false&tag=hot')
  await screen.findByText('Contact 1')
  expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({ search: 'rao', suppressed: 'false', tag: 'hot', limit: '50' })
  expect(screen.getByText('1,234 contacts')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Next page' }))
  await waitFor(() => expect(at()).toContain('cursor=c2'))
  await user.click(await screen.findByRole('button', { name: 'Only those tagged vip' }))
  await waitFor(() => expect(at()).toBe('/dashboard/contacts?search=rao&suppressed=false&tag=vip'))
  expect(screen.getByRole('textbox', { name: 'Tag' })).toHaveValue('vip')
})

test('a new contact is sent once for each attempt, and a refusal stands at its field', async () => {
  onRequest('get', 'contacts', () => list([]))
  let taken = true
  const asked = onRequest('post', 'contacts', () =>
    taken ? failure(400, 'phone is taken', [{ field: 'phone', message: 'phone is taken' }]) : success(contact(1, { name: 'Asha Rao' })))
  one(facts())
  const { user, address: at } = open('/contacts')
  expect(await screen.findByText('No contacts yet')).toBeInTheDocument()
  await user.click(screen.getAllByRole('button', { name: 'New contact' })[0]!)
  const form = await screen.findByRole('dialog')
  await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'Asha Rao')
  await user.click(within(form).getByRole('button', { name: 'Create the contact' }))
  expect(await within(form).findByText('A contact needs a phone or an e-mail')).toBeInTheDocument()
  expect(asked).toHaveLength(0)
  await user.type(within(form).getByRole('textbox', { name: 'Phone' }), '98450 12345')
  await user.type(within(form).getByRole('textbox', { name: /Lead source/ }), 'Walk-in')
  await user.click(within(form).getByRole('button', { name: 'Create the contact' }))
  expect(await within(form).findByText('phone is taken')).toBeInTheDocument()
  taken = false
  await user.click(within(form).getByRole('button', { name: 'Create the contact' }))
  await waitFor(() => expect(at()).toBe('/dashboard/contacts/' + uuid(301)))
  expect(asked.map(({ body }) => body)).toEqual(Array(2).fill({ name: 'Asha Rao', phone: '98450 12345', lead_source: 'Walk-in' }))
  expect(asked[0]?.headers.get('Idempotency-Key')).toBe(asked[1]?.headers.get('Idempotency-Key'))
})

test('a contact shows what is known, and saves only what changed', async () => {
  const leads = one(facts({ last_lead_source: 'IndiaMART', last_lead_at: '2026-11-22T04:30:00.000Z' }))
  const asked = onRequest('patch', 'contacts/:id', () => success(contact(1, { name: 'Asha Rao', company: 'Beta' })))
  const { user } = open(address)
  expect(await screen.findByRole('heading', { name: 'Asha Rao' })).toBeInTheDocument()
  expect(screen.getByText('250000')).toBeInTheDocument()
  expect(await screen.findByRole('link', { name: 'Flow 1' })).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Edit' }))
  await user.clear(screen.getByRole('textbox', { name: 'Company' }))
  await user.type(screen.getByRole('textbox', { name: 'Company' }), 'Beta')
  await user.clear(screen.getByRole('textbox', { name: 'Value of budget' }))
  await user.type(screen.getByRole('textbox', { name: 'Value of budget' }), '300000')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('The contact is saved')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ company: 'Beta', custom_fields: { budget: 300000 } })
  await user.click(screen.getByRole('tab', { name: 'Leads' }))
  expect(await screen.findByText('No lead has come for this contact.')).toBeInTheDocument()
  expect(leads[0]?.query.get('contact_id')).toBe(uuid(301))
})

test('erasing says what goes and what is cancelled, first', async () => {
  one(facts({ executions: { running: 2, completed: 5 }, do_not_contact: true }))
  onRequest('get', 'contacts', () => list([]))
  const asked = onRequest('delete', 'contacts/:id', () => message('Contact erased'))
  const { user, address: at } = open(address)
  await user.click(await screen.findByRole('button', { name: 'Erase…' }))
  const dialog = await screen.findByRole('dialog')
  expect(within(dialog).getByText(/2 executions are running/)).toBeInTheDocument()
  expect(within(dialog).getByText(/tag becomes suppressions/)).toBeInTheDocument()
  expect(asked).toHaveLength(0)
  await user.click(within(dialog).getByRole('button', { name: 'Erase the contact' }))
  await waitFor(() => expect(at()).toBe('/dashboard/contacts'))
  expect(asked).toHaveLength(1)
})

test('an address of the contact is suppressed; a phone is not offered the mail channel', async () => {
  one(facts({ suppressions: [suppression(1, { value: 'c1@example.com', kind: 'email', channel: 'email', reason: 'bounced' })] }))
  const asked = onRequest('post', 'suppressions', () => success(suppression(2)))
  const { user } = open(address)
  expect(await screen.findByText('bounced', { exact: false })).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Suppress…' }))
  await user.click(await screen.findByRole('combobox', { name: 'Channel' }))
  expect((await screen.findAllByRole('option')).map((option) => option.textContent)).toEqual(['All channels', 'AI calls', 'WhatsApp'])
  await user.click(screen.getByRole('option', { name: 'AI calls' }))
  await user.click(screen.getByRole('button', { name: 'Suppress' }))
  await waitFor(() => expect(asked[0]?.body).toEqual({ kind: 'phone', value: '+919845012345', channel: 'ai_call' }))
})

test('what a role may not do is not there', async () => {
  one(facts({ suppressions: [suppression(1)] }))
  const manager = open(address, { as: { role: 'manager' } })
  expect(await screen.findByTestId('suppression')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Edit' })).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: /^Lift/ })).toBeNull()
  manager.unmount()
  open(address, { as: { role: 'viewer', can_write: false } })
  expect(await screen.findByTestId('suppression')).toBeInTheDocument()
  for (const name of ['Edit', 'Erase…', 'Suppress…', /^Lift/]) expect(screen.queryByRole('button', { name })).toBeNull()
})
