import { readFile } from 'node:fs/promises'
import { answerOf } from './support/flows.ts'
import { choose } from './support/hands.ts'
import { expect, test } from './support/test.ts'

test('1,000 contacts are imported from a file, and its wrong rows told', async ({ dashboard: page, api }) => {
  test.slow()
  const rows = Array.from({ length: 1000 }, (_, i) => `Contact ${String(i).padStart(4, '0')},98${String(10_000_000 + i)},Pune,${1000 + i}`)
  rows.splice(500, 0, 'Nobody,,Pune,1')
  await page.getByRole('link', { name: 'Contacts' }).click()
  await page.getByRole('link', { name: 'Import', exact: true }).first().click()
  await page.getByRole('textbox', { name: 'Lead source' }).fill('Trade fair')
  await page.getByLabel('Choose a CSV or XLSX file').setInputFiles({
    name: 'fair.csv', mimeType: 'text/csv', buffer: Buffer.from(['Full name,Mobile,Town,Budget', ...rows, ''].join('\r\n')),
  })

  await expect(page.getByText('The file has 1,001 rows.')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('combobox', { name: 'Full name becomes' })).toHaveValue('Name')
  await expect(page.getByRole('combobox', { name: 'Mobile becomes' })).toHaveValue('Phone')
  await choose(page.getByRole('combobox', { name: 'Town becomes' }), 'City')
  await choose(page.getByRole('combobox', { name: 'Budget becomes' }), 'Own field…')
  await page.getByRole('button', { name: 'Import 1,001 rows' }).click()
  await expect(page.getByText('1,000 rows are imported')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('1,001 of 1,001 rows')).toBeVisible()
  await expect(page.getByRole('row', { name: 'The row has neither a phone nor an e-mail' })).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /Download/ }).click()])
  expect(await readFile(await download.path(), 'utf8')).toContain('neither a phone nor an e-mail')

  await page.getByRole('link', { name: 'To the contacts' }).click()
  await expect(async () => {
    await page.reload()
    await expect(page.getByText('1,000 contacts')).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 90_000 })
  await page.getByRole('searchbox').fill('Contact 0777')
  await page.getByRole('link', { name: 'Contact 0777' }).click()
  await expect(page.getByText('(Trade fair)')).toBeVisible()
  const [one] = await answerOf(api.GET('/api/contacts', { params: { query: { search: 'Contact 0777' } } }))
  expect(one).toMatchObject({ name: 'Contact 0777', phone: '+919810000777', city: 'Pune', custom_fields: { budget: '1777' } })
})
