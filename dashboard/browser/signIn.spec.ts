import { expect, signIn, test } from './support/test.ts'

test('a person signs in, comes to the page they asked for, and signs out', async ({ page, tenant }) => {
  await signIn(page, tenant, 'manager', '/dashboard/auto-engagement/executions')
  await expect(page.getByRole('heading', { level: 1, name: 'Executions' })).toBeVisible()
  await page.getByRole('button', { name: /account/i }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.goto('/dashboard/auto-engagement')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.locator('input[name="password"]')).toBeVisible()
})
