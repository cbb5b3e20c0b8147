import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { EmailTemplateWithTexts, PreviewInput } from '@/api/schema'
import { uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { failure, list, message, onRequest, success } from '@/test/server'

const template: EmailTemplateWithTexts = {
  id: uuid(700), user_id: uuid(1), name: 'Welcome', category: 'onboarding', subject: 'Hello {{ name }}', html: '<p>Hi</p>', body_text: 'Hi', is_active: true,
  variables: ['name'], warnings: [{ code: 'no_default', field: 'subject', message: 'Give a default' }], version: 3,
  created_at: '2026-11-22T04:30:00.000Z', updated_at: '2026-11-22T04:30:00.000Z',
}
const one = `/email-templates/${template.id}`
const reader = { as: { role: 'viewer', can_write: false } } as const

function setup(stored = template) {
  const listed = onRequest('get', 'email-templates', () => list([stored]))
  onRequest('get', 'email-templates/:id', () => success(stored))
  onRequest('get', 'contacts', () => list([{ id: uuid(300), name: 'Asha Rao', email: 'asha@example.com', phone: '' }]))
  const previews = onRequest('post', 'email-templates/preview', ({ body }) => {
    const { subject, html, body_text, contact_id } = body as PreviewInput
    return success({ subject: `${subject} for ${contact_id ? 'Asha' : 'a sample'}`, html, text: body_text, missing: ['company'], variables: ['company'], warnings: [] })
  })
  return { listed, previews }
}

test('the address is the filter', async () => {
  const { listed } = setup()
  const { user, address } = open('/email-templates?search=wel&category=onboarding&active=true')
  expect(await screen.findByRole('link', { name: 'Welcome' })).toBeInTheDocument()
  const asked = listed.find(({ query }) => query.get('limit') === '50')?.query
  expect(Object.fromEntries(asked ?? [])).toEqual({ search: 'wel', category: 'onboarding', is_active: 'true', limit: '50', offset: '0' })
  await user.click(screen.getByRole('button', { name: 'Clear filters' }))
  await waitFor(() => expect(address()).toBe('/dashboard/email-templates'))
})

test('a template is switched off at the version that is shown', async () => {
  setup()
  const asked = onRequest('patch', 'email-templates/:id', () => success({ ...template, is_active: false, version: 4 }))
  const { user } = open('/email-templates')
  await user.click(await screen.findByRole('switch', { name: 'Activate Welcome' }))
  await waitFor(() => expect(asked[0]?.body).toEqual({ is_active: false }))
  expect(asked[0]?.headers.get('If-Match')).toBe('"3"')
})

test('the draft is shown as a contact would get it', async () => {
  const { previews } = setup()
  const { user } = open(one)
  expect(await screen.findByText('Hello {{ name }} for a sample')).toBeInTheDocument()
  expect(screen.getByText('A step would fail for this contact')).toBeInTheDocument()
  await user.click(screen.getByRole('combobox', { name: 'Contact to show it for' }))
  await user.click(await screen.findByRole('option', { name: /^Asha Rao/ }))
  expect(await screen.findByText('Hello {{ name }} for Asha')).toBeInTheDocument()
  expect(previews.at(-1)?.body).toEqual({ subject: 'Hello {{ name }}', html: '<p>Hi</p>', body_text: 'Hi', contact_id: uuid(300) })
  expect(screen.getByTitle(/^Preview of/)).toHaveAttribute('sandbox', expect.not.stringContaining('allow-same-origin'))
  await user.click(screen.getByRole('radio', { name: 'Text' }))
  expect(screen.getByRole('region', { name: 'Text' })).toHaveTextContent('Hi')
})

test('a variable is put where the cursor is', async () => {
  setup()
  const { user } = open(one)
  const subject = await screen.findByRole<HTMLInputElement>('textbox', { name: /^Subject/ })
  subject.setSelectionRange(6, subject.value.length)
  await user.click(screen.getByRole('button', { name: 'Insert a variable into the subject' }))
  await user.click(await screen.findByRole('menuitem', { name: 'First name first_name' }))
  await waitFor(() => expect(subject).toHaveValue('Hello {{ first_name | default: "there" }}'))
})

test('what the server refuses stands at its field', async () => {
  setup()
  onRequest('post', 'email-templates', () => failure(400, 'Validation failed', [{ field: 'name', message: 'name is required' }, { field: 'html', message: 'html or body_text is required' }]))
  const { user } = open('/email-templates/create')
  await user.click(await screen.findByRole('button', { name: 'Save' }))
  expect(await screen.findByRole('textbox', { name: /^Name/ })).toHaveAccessibleDescription(/name is required/)
  expect(screen.getByRole('textbox', { name: 'HTML' })).toHaveAccessibleDescription(/html or body_text is required/)
})

test('a new template is created, and then is at its own address', async () => {
  setup()
  const asked = onRequest('post', 'email-templates', () => success(template))
  const { user, address } = open('/email-templates/create')
  await user.type(await screen.findByRole('textbox', { name: /^Name/ }), 'Welcome')
  await user.type(screen.getByRole('textbox', { name: /^Subject/ }), 'Hello')
  await user.type(screen.getByRole('textbox', { name: 'HTML' }), '<p>Hi</p>')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(address()).toBe('/dashboard' + one))
  expect(asked[0]?.body).toEqual({ name: 'Welcome', category: null, subject: 'Hello', html: '<p>Hi</p>', body_text: '', is_active: true })
  expect(asked[0]?.headers.get('Idempotency-Key')).toBeTruthy()
})

test('of two who save, the second is asked; nothing typed is lost', async () => {
  setup()
  const asked = onRequest('patch', 'email-templates/:id', ({ headers, body }) =>
    headers.get('If-Match') === '"3"' ? failure(409, 'The e-mail template has changed since it was read') : success({ ...template, ...(body as object), version: 5 }))
  const { user } = open(one)
  const name = await screen.findByRole('textbox', { name: /^Name/ })
  await user.type(name, '!')
  onRequest('get', 'email-templates/:id', () => success({ ...template, name: 'Theirs', version: 4 }))
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByText('Someone else has saved this template meanwhile')).toBeInTheDocument()
  expect(name).toHaveValue('Welcome!')
  await user.click(screen.getByRole('button', { name: 'Save mine over it' }))
  expect(await screen.findByRole('heading', { name: 'Welcome!' })).toBeInTheDocument()
  expect(asked.map(({ headers }) => headers.get('If-Match'))).toEqual(['"3"', '"4"'])
})

test('theirs can be taken instead', async () => {
  setup()
  onRequest('patch', 'email-templates/:id', () => failure(409, 'The e-mail template has changed since it was read'))
  const { user } = open(one)
  await user.type(await screen.findByRole('textbox', { name: /^Name/ }), '!')
  onRequest('get', 'email-templates/:id', () => success({ ...template, name: 'Theirs', version: 4 }))
  await user.click(screen.getByRole('button', { name: 'Save' }))
  await user.click(await screen.findByRole('button', { name: 'Take theirs' }))
  await waitFor(() => expect(screen.getByRole('textbox', { name: /^Name/ })).toHaveValue('Theirs'))
  expect(screen.queryByText('Someone else has saved this template meanwhile')).toBeNull()
})

test('one that flows need stays, and they are named', async () => {
  setup()
  onRequest('delete', 'email-templates/:id', () => failure(409, 'The e-mail template is used by Call back, Reminder: disable what uses it'))
  const { user, address } = open(one)
  await user.click(await screen.findByRole('button', { name: 'Delete…' }))
  await user.click(await screen.findByRole('button', { name: 'Delete the template' }))
  expect(await screen.findByText('It is still needed')).toBeInTheDocument()
  expect(screen.getByText(/used by Call back, Reminder/)).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Delete the template' })).toBeNull()
  expect(address()).toBe('/dashboard' + one)
})

test('a deleted one leads back to the list', async () => {
  setup()
  onRequest('delete', 'email-templates/:id', () => message('E-mail template deleted successfully'))
  const { user, address } = open(one)
  await user.click(await screen.findByRole('button', { name: 'Delete…' }))
  await user.click(await screen.findByRole('button', { name: 'Delete the template' }))
  await waitFor(() => expect(address()).toBe('/dashboard/email-templates'))
})

test('a test goes to an address, and says what was missing', async () => {
  setup()
  const asked = onRequest('post', 'email-templates/:id/test-send', () => success({ to: 'me@example.com', subject: '[Test] Hello', message_id: 'm1', missing: ['company'] }))
  const { user } = open(one)
  await user.click(await screen.findByRole('button', { name: 'Send a test…' }))
  await user.type(await screen.findByRole('textbox', { name: 'To' }), 'me@example.com')
  await user.click(screen.getByRole('button', { name: 'Send' }))
  expect(await screen.findByText('Sent to me@example.com')).toBeInTheDocument()
  expect(asked[0]?.body).toEqual({ to: 'me@example.com' })
})

test('leaving with changes is asked about', async () => {
  setup()
  const { user, address } = open(one)
  await user.type(await screen.findByRole('textbox', { name: /^Name/ }), '!')
  await user.click(screen.getByRole('link', { name: 'All templates' }))
  expect(await screen.findByText('Leave without saving?')).toBeInTheDocument()
  expect(address()).toBe('/dashboard' + one)
  await user.click(screen.getByRole('button', { name: 'Leave' }))
  await waitFor(() => expect(address()).toBe('/dashboard/email-templates'))
})

test('a viewer reads and sees no button that the server would refuse', async () => {
  setup()
  open(one, reader)
  expect(await screen.findByRole('textbox', { name: /^Name/ })).toHaveAttribute('readonly')
  for (const name of ['Save', 'Delete…', 'Send a test…']) expect(screen.queryByRole('button', { name })).toBeNull()
})

test('an empty list teaches', async () => {
  setup()
  onRequest('get', 'email-templates', () => list([]))
  open('/email-templates')
  expect(await screen.findByText('No templates yet')).toBeInTheDocument()
})
