import { answerOf, decided, fromSource, makeFlow, sendLead, stepsOf } from './support/flows.ts'
import { expect, test } from './support/test.ts'

interface Count { name: string; n: number }

test('what analytics says is what the tables hold', async ({ dashboard: page, tenant, api, sql }) => {
  test.slow()
  const { call, message, mail, wait } = stepsOf(tenant)
  await makeFlow(api, 'Call, then write', [call, { ...message, condition_type: 'call_outcome', condition_value: 'not_answered' }], { trigger_conditions: [fromSource('IndiaMART')] })
  await makeFlow(api, 'Mail only', [mail], { trigger_conditions: [fromSource('Website')] })
  await makeFlow(api, 'Wait', [wait(60)], { trigger_conditions: [fromSource('Fair')] })
  const leads = [
    ...['00', '00', '01', '02', '03', '04'].map((ends) => ({ name: `Called ${ends}`, source: 'IndiaMART', ends })),
    { name: 'Mailed', source: 'Website', email: 'mailed@example.com' }, { name: 'Refused', source: 'Website', email: 'bounce@example.com' }, { name: 'Nowhere', source: 'Website' },
    { name: 'Waiting', source: 'Fair' }, { name: 'Stopped', source: 'Fair' },
  ]
  const sent = await Promise.all(leads.map((lead) => sendLead(api, lead)))
  const stopped = await decided(api, sent.at(-1)!)
  await answerOf(api.POST('/api/auto-engagement/executions/{id}/cancel', { params: { path: { id: stopped.executions[0]!.id } }, body: {} }))
  // One goes on waiting; of the others nothing is still to come, not even a message's delivery.
  const count = async (query: string) => (await sql<Count>(query, tenant.id)).reduce((sum, { n }) => sum + n, 0)
  await expect.poll(() => count('select count(*)::int as n from flow_executions where tenant_id = $1'), { timeout: 60_000 }).toBe(leads.length)
  await expect.poll(() => count(
    `select count(*)::int as n from flow_executions e left join flow_action_logs l on l.execution_id = e.id
     where e.tenant_id = $1 and case when e.status = 'running' then l.action_type is distinct from 'wait'
       else l.state not in ('done', 'failed', 'skipped', 'planned') and (l.state, l.action_type) <> ('sent', 'email') end`), { timeout: 60_000 }).toBe(0)

  await page.getByRole('link', { name: 'Analytics' }).click()
  const statuses = new Map((await sql<Count>('select status as name, count(*)::int as n from flow_executions where tenant_id = $1 group by 1', tenant.id)).map(({ name, n }) => [name, n]))
  const figure = (name: string) => page.getByTestId('total').filter({ has: page.getByText(name, { exact: true }) })
  const wanted = { Executions: leads.length, Completed: statuses.get('completed') ?? 0, Failed: statuses.get('failed') ?? 0, Cancelled: statuses.get('cancelled') ?? 0, Skipped: statuses.get('skipped') ?? 0 }
  for (const [name, n] of Object.entries(wanted)) await expect(figure(name)).toContainText(new RegExp(`^${name}${n}(?!\\d)`))

  await page.getByRole('button', { name: /^As a table.*Outcome by channel/ }).click()
  const channels = page.getByRole('region', { name: 'Outcome by channel' })
  const head = await channels.getByRole('columnheader').allTextContents()
  const counts = await sql<Count & { channel: string }>(
    `select case action_type when 'ai_call' then 'AI call' when 'email' then 'E-mail' else 'WhatsApp message' end as channel,
       case when state in ('failed', 'skipped') then initcap(state)
         when action_type = 'ai_call' and outcome = 'answered' then 'Answered'
         when action_type = 'ai_call' then case detail when 'no_answer' then 'No answer' when 'busy' then 'Busy' when 'voicemail' then 'Voicemail' else 'Missed' end
         when state = 'sent' then 'Sent' when result_data ->> 'status' = 'read' then 'Read' else 'Delivered' end as name,
       count(*)::int as n
     from flow_action_logs where tenant_id = $1 and action_type <> 'wait' and state in ('done', 'sent', 'failed', 'skipped') group by 1, 2`, tenant.id)
  expect(counts.length).toBeGreaterThan(5)
  for (const { channel, name, n } of counts) {
    expect(head).toContain(name)
    await expect(channels.getByRole('row', { name: channel }).getByRole('cell').nth(head.indexOf(name)), `${channel}: ${name}`).toHaveText(String(n))
  }

  const flows = page.getByRole('region', { name: 'Flows' })
  for (const one of await sql<Count & { done: number; failed: number }>(
    `select f.name, count(e.id)::int as n, count(e.id) filter (where e.status = 'completed')::int as done, count(e.id) filter (where e.status = 'failed')::int as failed
     from auto_engagement_flows f left join flow_executions e on e.flow_id = f.id where f.tenant_id = $1 group by 1`, tenant.id)) {
    const cells = flows.getByRole('row', { name: one.name }).getByRole('cell')
    await expect(cells.nth(2)).toHaveText(String(one.n))
    await expect(cells.nth(3)).toHaveText(String(one.done))
    await expect(cells.nth(4)).toHaveText(String(one.failed))
  }
})
