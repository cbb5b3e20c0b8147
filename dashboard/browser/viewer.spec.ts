import { decided, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { expect, test } from './support/test.ts'

test.use({ role: 'viewer' })

test('who may only read sees everything, and nothing to change it with', async ({ dashboard: page, tenant, api }) => {
  const flow = await makeFlow(api, 'Wait an hour', [stepsOf(tenant).wait(60)])
  const lead = await decided(api, await sendLead(api, { name: 'Asha Rao' }))
  const main = page.getByRole('main')
  /** Every button that can be pressed, and every field that can be filled in. */
  const controls = async () => (await Promise.all([main.getByRole('button', { disabled: false }), main.getByRole('textbox', { disabled: false }), main.getByRole('switch', { disabled: false }), main.getByRole('checkbox', { disabled: false })]
    .map((found) => found.filter({ visible: true }).evaluateAll((all) => all.filter((one) => !(one as HTMLInputElement).readOnly).map((one) => one.getAttribute('aria-label') ?? (one.textContent || (one as HTMLInputElement).labels?.[0]?.textContent || '')))))).flat()
  const open = async (path: string, title: string) => {
    await page.goto(`/dashboard${path}`)
    await expect(main.getByRole('heading', { level: 1, name: title })).toBeVisible()
  }
  const writes = /\b(new|create|save|cancel|delete|duplicate|edit|move|select|erase|suppress|connect|change|rotate|enable|activate|add|start|restore)\b|^import/i
  const isClean = async () => expect((await controls()).filter((name) => writes.test(name))).toEqual([])

  await open('/auto-engagement', 'Flows')
  await expect(main.getByRole('row', { name: 'Wait an hour' })).toBeVisible()
  await isClean()
  await main.getByRole('button', { name: 'Actions for Wait an hour' }).click()
  await expect(page.getByRole('menuitem')).toHaveText(['View', 'Executions'])

  await open(`/auto-engagement/${flow.id}/edit`, 'Wait an hour')
  await expect(main.getByRole('listitem', { name: 'Step 1: Wait' })).toBeVisible()
  await isClean()
  await open('/auto-engagement/executions', 'Executions')
  await expect(main.getByRole('row', { name: 'Asha Rao' })).toBeVisible()
  await isClean()
  await open(`/auto-engagement/executions/${lead.executions[0]!.id}`, 'Execution of Wait an hour')
  await expect(main.getByText('Step 1: Wait')).toBeVisible()
  await isClean()
  await open('/leads', 'Leads')
  await expect(main.getByRole('row', { name: 'Asha Rao' })).toBeVisible()
  await isClean()
  await open('/contacts', 'Contacts')
  await main.getByRole('link', { name: 'Asha Rao' }).click()
  await expect(main.getByRole('heading', { level: 1, name: 'Asha Rao' })).toBeVisible()
  await isClean()
  for (const tab of ['General', 'Hours', 'Calls', 'Integrations', 'Members']) {
    await open(`/settings?tab=${tab.toLowerCase()}`, 'Settings')
    await expect(main.getByRole('tab', { name: tab, selected: true })).toBeVisible()
    await expect(main.getByRole('tabpanel').locator('*').first()).toBeVisible()
    await isClean()
  }
  await expect(main.getByRole('tab', { name: 'Audit log' })).toHaveCount(0)
})
