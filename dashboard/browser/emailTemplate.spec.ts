import { answerOf } from './support/flows.ts'
import { readStack } from './support/stack.ts'
import { expect, test } from './support/test.ts'

interface Mail { to: string[]; subject: string; html: string }

test('an e-mail template is changed, previewed and sent as a test', async ({ dashboard: page, tenant, api, request }) => {
  await page.getByRole('link', { name: 'E-mail templates' }).click()
  await page.getByRole('link', { name: 'Follow-up' }).click()
  await page.getByRole('textbox', { name: 'Subject', exact: true }).fill('Your visit on Sunday')
  await page.getByRole('textbox', { name: 'HTML' }).fill('<h1 style="color: teal">Welcome, {{ name | default: "there" }}</h1><script>document.body.textContent = "scripted"</script>')
  const mail = page.getByTitle('Preview of “Your visit on Sunday”').contentFrame()
  await expect(mail.getByRole('heading', { name: /^Welcome, / })).toBeVisible()
  await expect(mail.getByText('scripted')).toHaveCount(0)
  await page.getByText('Phone', { exact: true }).click()
  await expect(page.getByTitle('Preview of “Your visit on Sunday”')).toHaveCSS('width', '375px')

  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('“Follow-up” is saved')).toBeVisible()
  expect((await answerOf(api.GET('/api/email-templates/{id}', { params: { path: { id: tenant.mail_template } } }))).subject).toBe('Your visit on Sunday')

  const to = `test-${tenant.id}@example.com`
  await page.getByRole('button', { name: 'Send a test…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'To' }).fill(to)
  await dialog.getByRole('button', { name: 'Send' }).click()
  await expect(dialog.getByText(`Sent to ${to}`)).toBeVisible()
  const { requests } = (await (await request.get(`${readStack().sandbox_url}/_sandbox/requests?provider=email&limit=1000`)).json()) as { requests: { body: Mail }[] }
  const [got] = requests.map(({ body }) => body).filter((one) => one.to.includes(to))
  expect(got?.subject).toContain('Your visit on Sunday')
  expect(got?.html).toContain('Welcome, ')
})
