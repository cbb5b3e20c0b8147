import { answerOf, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { seen } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('running executions are cancelled, one and many at once, with a reason', async ({ dashboard: page, tenant, api }) => {
  const { mail, wait } = stepsOf(tenant)
  await makeFlow(api, 'Wait an hour', [wait(60), mail])
  await page.getByRole('link', { name: 'Executions' }).click()
  for (const name of ['Asha', 'Ravi', 'Meera', 'Kiran']) await sendLead(api, { name })
  const row = (name: string) => page.getByRole('row', { name })
  const dialog = page.getByRole('dialog')
  const confirm = async (title: string, reason: string) => {
    await expect(dialog.getByRole('heading', { name: title })).toBeVisible()
    await dialog.getByRole('textbox', { name: 'Reason' }).fill(reason)
    await dialog.getByRole('button', { name: 'Cancel execution' }).click()
    await expect(dialog).toBeHidden()
  }
  for (const name of ['Asha', 'Ravi', 'Meera', 'Kiran']) await expect(seen(row(name), 'Running')).toBeVisible({ timeout: 30_000 })

  await row('Asha').getByRole('button', { name: 'Cancel… Asha' }).click()
  await confirm('Cancel this execution?', 'Has bought already')
  await expect(seen(row('Asha'), 'Cancelled')).toBeVisible()
  await expect(seen(row('Ravi'), 'Running')).toBeVisible()

  await page.getByRole('checkbox', { name: 'Select the execution for Ravi' }).check()
  await page.getByRole('checkbox', { name: 'Select the execution for Meera' }).check()
  await page.getByRole('button', { name: 'Cancel selected… (2)' }).click()
  await confirm('Cancel 2 executions?', 'Asked us to stop')
  await expect(seen(row('Meera'), 'Cancelled')).toBeVisible()
  await expect(seen(row('Ravi'), 'Cancelled')).toBeVisible()

  const told = await answerOf(api.GET('/api/auto-engagement/executions', {}))
  expect(Object.fromEntries(told.map(({ contact_name, status, metadata }) => [contact_name, [status, metadata.cancel_reason]]))).toEqual({
    Asha: ['cancelled', 'Has bought already'], Ravi: ['cancelled', 'Asked us to stop'], Meera: ['cancelled', 'Asked us to stop'], Kiran: ['running', undefined],
  })

  await row('Asha').getByRole('link').click()
  await expect(page.getByText('Cancelled: Has bought already')).toBeVisible()
  const step = (name: string) => page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('heading', { level: 3, name }) })
  await expect(step('Step 2: E-mail').getByText('Not reached')).toBeVisible()
})
