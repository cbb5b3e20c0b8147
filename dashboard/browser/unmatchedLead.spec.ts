import { fromSource, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { choose, seen } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('a lead that no flow took stands out, and a flow is built and tested with it', async ({ dashboard: page, tenant, api }) => {
  const { mail } = stepsOf(tenant)
  await makeFlow(api, 'For JustDial', [mail], { trigger_conditions: [fromSource('JustDial')] })
  await page.getByRole('link', { name: 'Leads' }).click()
  await expect(page.getByText('No leads yet')).toBeVisible()
  await sendLead(api, { name: 'Ravi Kumar', source: 'Trade fair', email: 'ravi@example.com' })
  const row = page.getByRole('row', { name: 'Ravi Kumar' })
  await expect(seen(row, 'No flow took it')).toBeVisible()
  await expect(seen(row, /^No flow('s conditions hold| took the lead)/)).toBeVisible()

  await row.getByRole('link', { name: 'Build a flow for it: Ravi Kumar' }).click()
  const panel = page.getByRole('dialog', { name: 'Test the flow' })
  await expect(panel.getByRole('combobox', { name: 'Lead source' })).toHaveValue('Trade fair')
  await expect(panel.getByRole('combobox', { name: 'Contact' })).toHaveValue('Ravi Kumar')
  await panel.getByRole('button', { name: 'Close' }).click()

  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('For fairs')
  await page.getByRole('button', { name: 'Add a condition' }).click()
  await page.getByRole('combobox', { name: 'Value' }).fill('Trade fair')
  const add = page.getByRole('group', { name: 'Add a step' })
  await add.getByRole('button', { name: 'AI call' }).click()
  await choose(page.getByRole('combobox', { name: 'Agent that talks' }), new RegExp(`^${tenant.name} agent`))
  await choose(page.getByRole('combobox', { name: 'Number that calls' }), /^\+/)
  await add.getByRole('button', { name: 'Wait' }).click()
  await choose(page.getByRole('combobox', { name: 'Run this step' }), 'only if the last call was missed')
  await add.getByRole('button', { name: 'E-mail' }).click()
  await choose(page.getByRole('combobox', { name: 'E-mail template' }), /^Follow-up/)

  await page.getByRole('switch', { name: /^Enabled/ }).click()

  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await panel.getByRole('button', { name: 'Save the flow' }).click()
  const run = panel.getByRole('button', { name: 'Test', exact: true })
  await expect(run).toBeVisible()
  await choose(panel.getByRole('combobox', { name: 'How 1. AI call ends' }), 'no answer')
  await run.click()
  const result = panel.getByRole('region', { name: 'What would happen' })
  await expect(result.getByText('The flow would take this lead')).toBeVisible()
  await expect(result.getByText('Lead source is “Trade fair” · the lead has “Trade fair”')).toBeVisible()

  // The path stands on the canvas, too.
  await panel.getByRole('button', { name: 'Close' }).click()
  await page.getByText('Canvas', { exact: true }).click()
  const canvas = page.getByRole('group', { name: 'The flow as a drawing' })
  for (const step of ['1. AI call', '2. Wait', '3. E-mail']) await expect(canvas.getByRole('button', { name: step }).getByText('Will run')).toBeVisible()
})
