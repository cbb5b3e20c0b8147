import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { flow } from '@/test/fixtures'
import { open } from '@/test/render'
import { list, onRequest, success } from '@/test/server'
import { flowsIn } from './transferFile'

test('nothing is imported before the file is seen', async () => {
  onRequest('get', 'auto-engagement/flows', () => list([flow(0)]))
  onRequest('get', 'auto-engagement/flows/export', () => success({ flows: [] }))
  const asked = onRequest('post', 'auto-engagement/flows/import', ({ body }) => success({
    dry_run: (body as { dry_run?: boolean }).dry_run ?? false, created: 1, updated: 1, unchanged: 0,
    flows: [{ change: 'create', id: null, name: 'Fresh', differences: [] }, { change: 'update', id: flow(0).id, name: 'Flow 0', differences: [{ field: 'reentry_minutes', before: 60, after: 5 }] }],
  }))
  const { user } = open('/auto-engagement')
  await user.click(await screen.findByRole('button', { name: 'Export and import' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Import flows…' }))
  const flows = [{ name: 'Fresh' }, { name: 'Flow 0', reentry_minutes: 5 }]
  const field = await waitFor(() => {
    const found = document.querySelector<HTMLInputElement>('input[type=file]')
    expect(found).not.toBeNull()
    return found!
  })
  await user.upload(field, new File([JSON.stringify({ flows })], 'flows.json', { type: 'application/json' }))
  expect(await screen.findByText('Would make 1, change 1, leave 0 as they are')).toBeInTheDocument()
  expect(asked.map(({ body }) => body)).toEqual([{ dry_run: true, flows }])
  await user.click(screen.getByRole('button', { name: 'Import' }))
  expect(await screen.findByText('1 made, 1 changed')).toBeInTheDocument()
  expect(asked[1]?.body).toEqual({ flows })
})

test.each([
  ['{"flows":[{"name":"A"}]}', 1],
  ['[{"name":"A"},{"name":"B"}]', 2],
  ['{"name":"A"}', 1],
  ['{"flows":[]}', undefined],
  ['[1]', undefined],
  ['name,phone', undefined],
])('a file with %s', (text, count) => {
  expect(flowsIn(text)?.length).toBe(count)
})
