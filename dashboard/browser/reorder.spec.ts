import { answerOf, makeFlow, stepsOf } from './support/flows.ts'
import { drag, moveByKeys, tabTo } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('flows are reordered by mouse and by keyboard, with a way back', async ({ page, dashboard, tenant, api }) => {
  for (const name of ['First', 'Second', 'Third']) await makeFlow(api, name, [stepsOf(tenant).mail])
  const shown = () => dashboard.getByRole('main').getByRole('row').getByRole('link').allTextContents()
  const stored = async () => (await answerOf(api.GET('/api/auto-engagement/flows', {}))).map(({ name }) => name)
  await page.reload()
  await expect.poll(shown).toEqual(['First', 'Second', 'Third'])

  // Dragging comes with the first use of the page.
  await page.getByRole('button', { name: 'Move Third' }).hover()
  await expect(page.getByRole('button', { name: 'Move Third' })).toHaveAttribute('aria-roledescription', 'sortable')
  await drag(page.getByRole('button', { name: 'Move Third' }), page.getByRole('button', { name: 'Move First' }))
  await expect.poll(shown).toEqual(['Third', 'First', 'Second'])
  await expect(page.getByText('The new order is saved')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('The order is as it was')).toBeVisible()
  await expect.poll(shown).toEqual(['First', 'Second', 'Third'])
  expect(await stored()).toEqual(['First', 'Second', 'Third'])

  const handle = page.getByRole('button', { name: 'Move First' })
  await tabTo(handle)
  await moveByKeys(handle, 'First', 'ArrowDown', 1, 2, 3)
  await expect.poll(shown).toEqual(['Second', 'First', 'Third'])
  await expect.poll(stored).toEqual(['Second', 'First', 'Third'])
  await page.reload()
  await expect.poll(shown).toEqual(['Second', 'First', 'Third'])
})
