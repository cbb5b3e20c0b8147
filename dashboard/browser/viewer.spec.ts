import type { Locator } from '@playwright/test'
import { decided, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { expect, test } from './support/test.ts'

test.use({ role: 'viewer' })

test('who may only read sees everything, and nothing to change it with', async ({ dashboard: page, tenant, api }) => {
  const flow = await makeFlow(api, 'Wait an hour', [stepsOf(tenant).wait(60)])
  const lead = await decided(api, await sendLead(api, { name: 'Asha Rao' }))
  const main = page.getByRole('main')
  const named = (found: Locator) => found.filter({ visible: true }).evaluateAll((all) => (all as HTMLInputElement[]).filter(({ readOnly }) => !readOnly)
    .map((one) => one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent))
  const open = async (path: string, title: string) => {
    await page.goto(`/dashboard${path}`)
    await expect(main.getByRole('heading', { level: 1, name: title })).toBeVisible()
  }
  const writes = /\b(new|build|create|save|cancel|delete|duplicate|edit|move|select|erase|suppress|connect|change|rotate|enable|activate|add|start|restore)\b|^import/i
  const noButtons = async () => {
    const buttons = [...(await named(main.getByRole('button', { disabled: false }))), ...(await named(main.getByRole('link')))]
    expect(buttons.filter((name) => writes.test(name ?? ''))).toEqual([])
  }
  const noFields = async () => {
    for (const role of ['textbox', 'switch', 'checkbox'] as const) expect(await named(main.getByRole(role, { disabled: false }))).toEqual([])
  }

  await open('/auto-engagement', 'Flows')
  await expect(main.getByRole('row', { name: 'Wait an hour' })).toBeVisible()
  await noButtons()
  await expect(main.getByRole('switch', { name: 'Enable Wait an hour' })).toBeDisabled()
  await main.getByRole('button', { name: 'Actions for Wait an hour' }).click()
  await expect(page.getByRole('menuitem')).toHaveText(['View', 'Executions'])

  await open(`/auto-engagement/${flow.id}/edit`, 'Wait an hour')
  await expect(main.getByRole('listitem', { name: 'Step 1: Wait' })).toBeVisible()
  await noButtons()
  await noFields()
  await open('/auto-engagement/executions', 'Executions')
  await expect(main.getByRole('row', { name: 'Asha Rao' })).toBeVisible()
  await noButtons()
  await open(`/auto-engagement/executions/${lead.executions[0]!.id}`, 'Execution of Wait an hour')
  await expect(main.getByText('Step 1: Wait')).toBeVisible()
  await noButtons()
  await open('/leads', 'Leads')
  await expect(main.getByRole('row', { name: 'Asha Rao' })).toBeVisible()
  await noButtons()
  await open('/contacts', 'Contacts')
  await main.getByRole('link', { name: 'Asha Rao' }).click()
  await expect(main.getByRole('heading', { level: 1, name: 'Asha Rao' })).toBeVisible()
  await noButtons()
  await noFields()
  for (const [tab, text] of [['General', 'Time zone'], ['Hours', 'Contact windows'], ['Calls', 'Calls at once'], ['Integrations', 'Connected'], ['Members', 'Your role: Viewer']] as const) {
    await open(`/settings?tab=${tab.toLowerCase()}`, 'Settings')
    await expect(main.getByRole('tab', { name: tab, selected: true })).toBeVisible()
    await expect(main.getByRole('tabpanel').getByText(text).first()).toBeVisible()
    await noButtons()
    await noFields()
  }
  await expect(main.getByRole('tab', { name: 'Audit log' })).toHaveCount(0)
})
