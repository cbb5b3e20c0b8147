import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { open } from '@/test/render'
import { failure, list, message, onRequest, success } from '@/test/server'
import { suppression } from './fixtures'

test('the address is the filter and the page', async () => {
  const asked = onRequest('get', 'suppressions', () => list([suppression(1)], { total: 120 }))
  const { user, address } = open('/suppressions?search=98450&kind=phone&page=2')
  await screen.findByTestId('suppression')
  expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({ search: '98450', kind: 'phone', limit: '50', offset: '50' })
  await user.click(screen.getByRole('button', { name: '3' }))
  await waitFor(() => expect(address()).toContain('page=3'))
})

test('one is added, and a refusal stands at its field', async () => {
  onRequest('get', 'suppressions', () => list([]))
  let good = false
  const asked = onRequest('post', 'suppressions', () => (good ? success(suppression(1)) : failure(400, 'value is no e-mail', [{ field: 'value', message: 'value is no e-mail' }])))
  const { user } = open('/suppressions')
  expect(await screen.findByText('Nothing is suppressed')).toBeInTheDocument()
  await user.click(screen.getAllByRole('button', { name: 'Suppress…' })[0]!)
  await user.click(await screen.findByRole('radio', { name: 'E-mail' }))
  await user.type(screen.getByRole('textbox', { name: 'E-mail' }), 'x')
  await user.type(screen.getByRole('textbox', { name: 'Reason' }), 'wrote to us')
  await user.click(screen.getByRole('button', { name: 'Suppress' }))
  expect(await screen.findByText('value is no e-mail')).toBeInTheDocument()
  good = true
  await user.type(screen.getByRole('textbox', { name: 'E-mail' }), '@example.com')
  await user.click(screen.getByRole('button', { name: 'Suppress' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(asked[1]?.body).toEqual({ kind: 'email', value: 'x@example.com', channel: 'all', reason: 'wrote to us' })
})

test('an owner lifts one after being asked; a manager cannot', async () => {
  onRequest('get', 'suppressions', () => list([suppression(1)]))
  const asked = onRequest('delete', 'suppressions/:id', () => message('Suppression lifted'))
  const manager = open('/suppressions', { as: { role: 'manager' } })
  await screen.findByTestId('suppression')
  expect(screen.queryByRole('button', { name: /^Lift/ })).toBeNull()
  manager.unmount()
  const { user } = open('/suppressions')
  await user.click(await screen.findByRole('button', { name: 'Lift the suppression of +919845012301' }))
  expect(await screen.findByText(/asked by phone/, { selector: '[role=dialog] *' })).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Lift the suppression' }))
  await waitFor(() => expect(asked).toHaveLength(1))
})
