import { answerOf, decided, flowNamed, insideOf, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { choose, chooseByKeys, drag, moveByKeys, tabTo } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('a flow is built by mouse', async ({ dashboard: page, tenant, api }) => {
  const { call, message, mail } = stepsOf(tenant)
  // The source that is suggested is one seen before.
  await decided(api, await sendLead(api, { name: 'Asha Rao', source: 'IndiaMART' }))
  await page.getByRole('link', { name: 'New flow' }).first().click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Portal leads')
  await page.getByRole('switch', { name: /^Enabled/ }).click()

  const leads = page.getByRole('region', { name: 'Which leads' })
  await leads.getByRole('button', { name: 'Add a condition' }).click()
  await leads.getByLabel('Value').click()
  await page.getByRole('option', { name: 'IndiaMART' }).click()
  await leads.getByRole('button', { name: 'And…' }).click()
  await choose(leads.getByRole('combobox', { name: 'What of the lead' }).nth(1), 'Contact')
  await choose(leads.getByRole('combobox', { name: 'Compared how' }).nth(1), 'is one of')
  await leads.getByLabel('Value').nth(1).fill('Pune')
  await page.keyboard.press('Enter')

  const hours = page.getByRole('region', { name: 'When it takes leads' })
  await hours.getByRole('switch', { name: /^Business hours of its own/ }).click()
  await hours.getByLabel('From').fill('10:00')
  await hours.getByLabel('To', { exact: true }).fill('18:30')
  await hours.getByText('Sat').click()
  await hours.getByText('Sun').click()
  await hours.getByText('waits for the opening').click()

  const add = page.getByRole('group', { name: 'Add a step' })
  await add.getByRole('button', { name: 'AI call' }).click()
  await choose(page.getByRole('combobox', { name: 'Agent that talks' }), new RegExp(`^${tenant.name} agent`))
  await choose(page.getByRole('combobox', { name: 'Number that calls' }), /^\+/)
  await add.getByRole('button', { name: 'WhatsApp message' }).click()
  await choose(page.getByRole('combobox', { name: 'Number that writes' }), /Sandbox/)
  await choose(page.getByRole('combobox', { name: 'Approved template' }), /enquiry_follow_up/)
  await page.getByRole('combobox', { name: 'Value of placeholder 1' }).fill('name')
  await choose(page.getByRole('combobox', { name: 'Run this step' }), 'only if the last call was missed')
  await add.getByRole('button', { name: 'E-mail' }).click()
  await choose(page.getByRole('combobox', { name: 'E-mail template' }), /^Follow-up/)

  await page.getByRole('button', { name: 'Create the flow' }).first().click()
  await expect(page.getByText('The flow is saved')).toBeVisible()
  await page.getByRole('link', { name: 'Flows' }).click()
  const row = page.getByRole('row', { name: 'Portal leads' })
  await expect(row.getByText('2 conditions')).toBeVisible()
  await expect(row.getByRole('switch', { name: 'Enable Portal leads' })).toBeChecked()

  const flow = await flowNamed(api, 'Portal leads')
  expect(flow).toMatchObject({
    is_enabled: true, use_custom_business_hours: true, business_hours_start: '10:00:00', business_hours_end: '18:30:00',
    business_hours_days: [1, 2, 3, 4, 5], business_hours_timezone: null, outside_hours: 'defer', reentry_minutes: 60,
  })
  expect(insideOf(flow)).toEqual({
    conditions: [[0, 'lead_source', null, 'equals', 'IndiaMART'], [0, 'contact_field', 'city', 'in', 'Pune']],
    steps: [call, { ...message, only: 'call_outcome:missed' }, mail],
  })
})

test('a flow is built by keyboard alone', async ({ dashboard: page, tenant, api }) => {
  const { call, message, mail } = stepsOf(tenant)
  const keys = page.keyboard
  await decided(api, await sendLead(api, { name: 'Asha Rao', source: 'IndiaMART' }))
  await tabTo(page.getByRole('main').getByRole('link', { name: 'New flow' }).first())
  await keys.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'New flow' })).toBeVisible()
  await tabTo(page.getByRole('textbox', { name: 'Name', exact: true }))
  await keys.type('By keyboard')
  await tabTo(page.getByRole('switch', { name: /^Enabled/ }))
  await keys.press('Space')

  await tabTo(page.getByRole('button', { name: 'Add a condition' }))
  await keys.press('Enter')
  await tabTo(page.getByRole('combobox', { name: 'Value' }), 'Shift+Tab')
  await chooseByKeys(page.getByRole('combobox', { name: 'Value' }), 'IndiaMART', 'ind')

  const add = page.getByRole('group', { name: 'Add a step' })
  await tabTo(add.getByRole('button', { name: 'E-mail' }))
  await keys.press('Enter')
  await tabTo(page.getByRole('combobox', { name: 'E-mail template' }), 'Shift+Tab')
  await chooseByKeys(page.getByRole('combobox', { name: 'E-mail template' }), /^Follow-up/, 'follow')
  await tabTo(add.getByRole('button', { name: 'AI call' }))
  await keys.press('Enter')
  const agent = page.getByRole('combobox', { name: 'Agent that talks' })
  await tabTo(agent, 'Shift+Tab')
  await chooseByKeys(agent, new RegExp(`^${tenant.name} agent`))
  const caller = page.getByRole('combobox', { name: 'Number that calls' })
  await tabTo(caller)
  await chooseByKeys(caller, /^\+/)

  // The call is made the first step, so that the message can depend on it.
  await tabTo(page.getByRole('button', { name: 'Move Step 2: AI call' }), 'Shift+Tab')
  await moveByKeys(page.getByRole('button', { name: /^Move Step .: AI call/ }), 'AI call', 'ArrowUp', 2, 1, 2)
  await expect(page.getByRole('listitem', { name: 'Step 1: AI call' })).toBeVisible()

  await tabTo(add.getByRole('button', { name: 'WhatsApp message' }))
  await keys.press('Enter')
  const when = page.getByRole('combobox', { name: 'Run this step' })
  await tabTo(when, 'Shift+Tab')
  await chooseByKeys(when, 'only if the last call was missed')
  await tabTo(page.getByRole('combobox', { name: 'Approved template' }), 'Shift+Tab')
  await chooseByKeys(page.getByRole('combobox', { name: 'Approved template' }), /enquiry_follow_up/)
  await tabTo(page.getByRole('combobox', { name: 'Number that writes' }), 'Shift+Tab')
  await chooseByKeys(page.getByRole('combobox', { name: 'Number that writes' }), /Sandbox/)
  await tabTo(page.getByRole('combobox', { name: 'Value of placeholder 1' }))
  await keys.type('name')
  await keys.press('Escape')

  await keys.press('Control+s')
  await expect(page.getByText('The flow is saved')).toBeVisible()
  const flow = await flowNamed(api, 'By keyboard')
  expect(flow.is_enabled).toBe(true)
  expect(insideOf(flow)).toEqual({
    conditions: [[0, 'lead_source', null, 'equals', 'IndiaMART']],
    steps: [call, mail, { ...message, only: 'call_outcome:missed' }],
  })
})

test('on the canvas steps are added, moved, changed and deleted', async ({ dashboard: page, tenant, api }) => {
  const { call, message, mail, wait } = stepsOf(tenant)
  const { id } = await makeFlow(api, 'Drawn', [message, call, wait(30)])
  await page.goto(`/dashboard/auto-engagement/${id}/edit`)
  await page.getByText('Canvas', { exact: true }).click()
  const canvas = page.getByRole('group', { name: 'The flow as a drawing' })
  const steps = async () => (await canvas.getByRole('button', { name: /^\d\. / }).allTextContents()).map((text) => /^\d\. (E-mail|AI call|WhatsApp message|Wait)/.exec(text)?.[0])
  await expect.poll(steps).toEqual(['1. WhatsApp message', '2. AI call', '3. Wait'])

  await canvas.getByRole('button', { name: 'Add a step at place 4' }).click()
  await page.getByRole('menuitem', { name: 'E-mail' }).click()
  await choose(page.getByRole('combobox', { name: 'E-mail template' }), /^Follow-up/)
  await expect.poll(steps).toEqual(['1. WhatsApp message', '2. AI call', '3. Wait', '4. E-mail'])

  await drag(canvas.getByRole('button', { name: /^2\. AI call/ }), canvas.getByRole('button', { name: /^1\. WhatsApp/ }))
  await expect.poll(steps).toEqual(['1. AI call', '2. WhatsApp message', '3. Wait', '4. E-mail'])

  await canvas.getByRole('button', { name: /^3\. Wait/ }).click()
  await page.getByRole('textbox', { name: 'Wait for' }).fill('45')
  await canvas.getByRole('button', { name: 'Delete step 2: WhatsApp message' }).click()
  await expect.poll(steps).toEqual(['1. AI call', '2. Wait', '3. E-mail'])
  await canvas.getByRole('button', { name: /^3\. E-mail/ }).click()
  await choose(page.getByRole('combobox', { name: 'Run this step' }), 'only if the last call was missed or failed')
  await expect(canvas.getByText('if the last call was not answered')).toBeVisible()

  await page.getByRole('button', { name: 'Save' }).first().click()
  await expect(page.getByText('The flow is saved')).toBeVisible()
  const flow = await answerOf(api.GET('/api/auto-engagement/flows/{id}', { params: { path: { id } } }))
  expect(insideOf(flow).steps).toEqual([call, wait(45), { ...mail, only: 'call_outcome:not_answered' }])
})
