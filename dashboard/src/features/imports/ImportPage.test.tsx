import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import type { Import } from '@/api/schema'
import { uuid } from '@/test/fixtures'
import { open } from '@/test/render'
import { list, onRequest, server, success } from '@/test/server'

const bucket = 'https://files.example.com/imports/1'

function anImport(change: Partial<Import> = {}): Import {
  return {
    id: uuid(900), status: 'ready', file_name: 'leads.csv', format: 'csv', size: 60, lead_source: '', entry_type: 'csv_import',
    columns: ['Full name', 'Mobile', 'Budget'], preview: [['Asha', '98450 12345', '100'], ['Ravi', '98450 12346', '']],
    mapping: { 'Full name': 'name', Mobile: 'phone', Budget: '' }, progress: { total: 2, read: 0, accepted: 0, rejected: 0 },
    error: null, errors_url: null, created_at: '2026-11-22T04:30:00.000Z', created_by: null, started_at: null, completed_at: null, ...change,
  }
}

const waiting = anImport({ status: 'awaiting_upload', columns: [], preview: [], mapping: null, progress: { total: null, read: 0, accepted: 0, rejected: 0 } })
const page = '/contacts/imports/' + uuid(900)
const file = () => new File(['Full name,Mobile,Budget\nAsha,98450 12345,100\n'], 'leads.csv', { type: 'text/csv' })

/** The bucket; the headers of what it was sent. */
function takes(status = 200) {
  const sent: Headers[] = []
  server.use(http.put(bucket, ({ request }) => {
    sent.push(request.headers)
    return new HttpResponse(null, { status })
  }))
  return sent
}

test('a chosen file is sent to the bucket, without the token, and its page follows it', async () => {
  onRequest('get', 'contacts/imports', () => list([]))
  let state = waiting
  onRequest('get', 'contacts/imports/:id', () => success(state))
  const created = onRequest('post', 'contacts/imports', () => success({ ...waiting, upload: { method: 'PUT', url: bucket, expires_at: '2026-11-22T05:30:00.000Z' } }))
  const sent = takes()
  const { user, address, queries } = open('/contacts/imports')
  await user.type(await screen.findByRole('textbox', { name: /Lead source/ }), 'Fair')
  await user.upload(screen.getByLabelText('Choose a CSV or XLSX file'), file())
  await waitFor(() => expect(address()).toBe('/dashboard/contacts/imports/' + uuid(900)))
  expect(created[0]?.body).toEqual({ file_name: 'leads.csv', size: file().size, lead_source: 'Fair' })
  expect(await screen.findByText(/Looking at its columns/)).toBeInTheDocument()
  expect(sent.map((headers) => headers.has('Authorization'))).toEqual([false])
  state = anImport()
  await queries.invalidateQueries({ queryKey: ['imports', 'one'] })
  expect(await screen.findByText('What do the columns hold?')).toBeInTheDocument()
})

test('an upload that the bucket refuses can be tried again', async () => {
  onRequest('get', 'contacts/imports', () => list([]))
  onRequest('get', 'contacts/imports/:id', () => success({ ...waiting, id: uuid(901) }))
  onRequest('post', 'contacts/imports', () => success({ ...waiting, id: uuid(901), upload: { method: 'PUT', url: bucket, expires_at: '' } }))
  takes(503)
  const { user } = open('/contacts/imports')
  await user.upload(await screen.findByLabelText('Choose a CSV or XLSX file'), file())
  expect(await screen.findByText(/HTTP 503/)).toBeInTheDocument()
  const sent = takes()
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText(/Looking at its columns/)).toBeInTheDocument()
  expect(sent).toHaveLength(1)
})

test('what is no table is not sent', async () => {
  onRequest('get', 'contacts/imports', () => list([]))
  const asked = onRequest('post', 'contacts/imports', () => success(waiting))
  const { user } = open('/contacts/imports')
  await user.upload(await screen.findByLabelText('Choose a CSV or XLSX file'), new File([], 'empty.csv', { type: 'text/csv' }))
  expect(await screen.findByText('empty.csv is empty.')).toBeInTheDocument()
  expect(asked).toHaveLength(0)
})

test('after a reload a lost upload is begun anew in place of the old', async () => {
  onRequest('get', 'contacts/imports', () => list([]))
  onRequest('get', 'contacts/imports/:id', ({ path }) => success({ ...waiting, id: path.split('/').at(-1) ?? '', lead_source: 'Fair' }))
  const created = onRequest('post', 'contacts/imports', () => success({ ...waiting, id: uuid(902), upload: { method: 'PUT', url: bucket, expires_at: '' } }))
  const cancelled = onRequest('post', 'contacts/imports/:id/cancel', () => success(anImport({ status: 'cancelled' })))
  takes()
  const { user, address } = open('/contacts/imports/' + uuid(903))
  expect(await screen.findByText('The file is not there yet')).toBeInTheDocument()
  await user.upload(screen.getByLabelText('Choose a CSV or XLSX file'), file())
  await waitFor(() => expect(address()).toContain(uuid(902)))
  expect(created[0]?.body).toMatchObject({ lead_source: 'Fair' })
  await waitFor(() => expect(cancelled[0]?.path).toContain(uuid(903)))
})

test('the guessed mapping is corrected, kept over a reload, and started', async () => {
  onRequest('get', 'contacts/imports/:id', () => success(anImport()))
  const asked = onRequest('post', 'contacts/imports/:id/start', () => success(anImport({ status: 'running', started_at: '2026-11-22T04:31:00.000Z' })))
  const { user, unmount } = open(page)
  await user.click(await screen.findByRole('combobox', { name: 'Mobile becomes' }))
  await user.click(await screen.findByRole('option', { name: '– left out –' }))
  expect(screen.getByText('One column must be the phone or the e-mail.')).toBeInTheDocument()
  expect(screen.getByRole('button', { name: 'Import 2 rows' })).toBeDisabled()
  await user.click(screen.getByRole('combobox', { name: 'Mobile becomes' }))
  await user.click(await screen.findByRole('option', { name: 'Phone' }))
  await user.click(screen.getByRole('combobox', { name: 'Budget becomes' }))
  await user.click(await screen.findByRole('option', { name: 'Own field…' }))
  expect(screen.getByRole('textbox', { name: 'Own field for Budget' })).toHaveValue('budget')
  unmount()
  const again = open(page)
  expect(await screen.findByRole('textbox', { name: 'Own field for Budget' })).toHaveValue('budget')
  await again.user.click(screen.getByRole('button', { name: 'Import 2 rows' }))
  await waitFor(() => expect(asked[0]?.body).toEqual({ mapping: { 'Full name': 'name', Mobile: 'phone', Budget: 'custom_fields.budget' } }))
})

test('a finished import tells its counts, and its wrong rows can be read and downloaded', async () => {
  onRequest('get', 'contacts/imports/:id', () => success(anImport({
    status: 'completed', started_at: '2026-11-22T04:31:00.000Z', completed_at: '2026-11-22T04:32:00.000Z', errors_url: 'https://files.example.com/errors.csv', progress: { total: 1001, read: 1001, accepted: 1000, rejected: 1 },
  })))
  onRequest('get', 'contacts/imports/:id/errors', () => list([{ row: 17, column: 'Mobile', error: 'is no phone number' }]))
  open(page)
  expect(await screen.findByText('1,000 rows are imported')).toBeInTheDocument()
  expect(screen.getByText('1,001 of 1,001 rows')).toBeInTheDocument()
  const row = (await screen.findByText('is no phone number')).closest('tr')!
  expect(within(row).getByText('17')).toBeInTheDocument()
  expect(screen.getByRole('link', { name: 'Download as CSV' })).toHaveAttribute('href', 'https://files.example.com/errors.csv')
  expect(screen.queryByRole('button', { name: 'Cancel the import' })).toBeNull()
})

test('one that runs is cancelled; a viewer only looks on', async () => {
  let state = anImport({ status: 'running', started_at: '2026-11-22T04:31:00.000Z', progress: { total: 2, read: 1, accepted: 1, rejected: 0 } })
  onRequest('get', 'contacts/imports/:id', () => success(state))
  const asked = onRequest('post', 'contacts/imports/:id/cancel', () => success((state = { ...state, status: 'cancelled' })))
  const viewer = open(page, { as: { role: 'viewer', can_write: false } })
  expect(await screen.findByText('1 of 2 rows')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Cancel the import' })).toBeNull()
  viewer.unmount()
  const { user } = open(page)
  await user.click(await screen.findByRole('button', { name: 'Cancel the import' }))
  expect(await screen.findByText('The import was cancelled')).toBeInTheDocument()
  expect(asked).toHaveLength(1)
})
