import { fromSource, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { seen } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('a lead is followed from its arrival to its end, and told why', async ({ dashboard: page, tenant, api }) => {
  const { call, message, mail } = stepsOf(tenant)
  await makeFlow(api, 'For JustDial', [mail], { trigger_conditions: [fromSource('JustDial')] })
  await makeFlow(api, 'Call back', [call, { ...message, condition_type: 'call_outcome', condition_value: 'missed' }], { trigger_conditions: [fromSource('IndiaMART')] })
  await page.getByRole('link', { name: 'Executions' }).click()
  await expect(page.getByText('No executions yet')).toBeVisible()
  let reloads = 0
  page.on('load', () => reloads++)

  await sendLead(api, { name: 'Asha Rao', source: 'IndiaMART', ends: '01' })
  const row = page.getByRole('row', { name: 'Asha Rao' })
  await expect(seen(row, 'Call back')).toBeVisible()
  await expect(seen(row, 'Completed')).toBeVisible({ timeout: 30_000 })
  expect(reloads).toBe(0)

  await row.getByRole('link', { name: 'Open the execution for Asha Rao' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Execution of Call back' })).toBeVisible()
  const step = (name: string) => page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('heading', { level: 3, name }) })
  await expect(step('Step 1: AI call').getByText('The call was not picked up (no answer)')).toBeVisible()
  await expect(step('Step 2: WhatsApp message').getByText(/^(Sent|Delivered) to \+9198/)).toBeVisible()
  await step('Step 2: WhatsApp message').getByRole('button', { name: 'Show the raw record' }).click()
  await expect(step('Step 2: WhatsApp message').getByText('"template_id": "enquiry_follow_up"')).toBeVisible()

  await expect(page.getByRole('heading', { name: 'Why this flow?' })).toBeVisible()
  const taken = page.getByRole('region', { name: /Call back/ })
  await expect(taken.getByRole('listitem').filter({ hasText: 'Lead source is “IndiaMART”' }).getByRole('img', { name: 'holds' })).toBeVisible()
  await page.getByRole('button', { name: /^For JustDial/ }).click()
  const refused = page.getByRole('region', { name: /For JustDial/ }).getByRole('listitem')
  await expect(refused).toContainText('Lead source is “JustDial”was “IndiaMART”')
  await expect(refused.getByRole('img', { name: 'does not hold' })).toBeVisible()
})
