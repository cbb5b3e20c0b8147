import { makeFlow, stepsOf } from './support/flows.ts'
import { tabTo } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('unsaved changes of a flow are there after a reload, and asked for before leaving', async ({ dashboard: page, tenant, api }) => {
  const { id } = await makeFlow(api, 'Before', [stepsOf(tenant).mail])
  await page.goto(`/dashboard/auto-engagement/${id}/edit`)
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await name.fill('After')
  await page.reload()
  await expect(page.getByText('Your unsaved changes are back')).toBeVisible()
  await expect(name).toHaveValue('After')
  await page.getByRole('link', { name: 'Executions' }).click()
  await expect(page.getByRole('dialog', { name: 'Leave with unsaved changes?' })).toBeVisible()
  await page.getByRole('button', { name: 'Stay here' }).click()
  await page.getByRole('button', { name: 'Discard them' }).click()
  await expect(name).toHaveValue('Before')
})

test('pages, help and the language are reached by keyboard', async ({ dashboard: page }) => {
  const keys = page.keyboard
  await keys.press('Control+k')
  await expect(page.getByPlaceholder('Go to a page, find a flow…')).toBeFocused()
  await keys.type('analy')
  await expect(page.getByRole('button', { name: 'Analytics' })).toBeVisible()
  await keys.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Analytics' })).toBeVisible()
  await expect(page.getByPlaceholder('Go to a page, find a flow…')).toBeHidden()

  await keys.press('?')
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible()
  await keys.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeHidden()

  const account = page.getByRole('button', { name: /Account/ })
  await tabTo(account, 'Shift+Tab')
  await keys.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'हिन्दी' })).toBeVisible()
  for (let presses = 0; presses < 10 && !(await page.getByRole('menuitem', { name: 'हिन्दी' }).evaluate((item) => item === document.activeElement)); presses++) await keys.press('ArrowDown')
  await keys.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'विश्लेषण' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'hi')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'विश्लेषण' })).toBeVisible()
  await page.getByRole('banner').getByRole('button').last().click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Analytics' })).toBeVisible()
})
