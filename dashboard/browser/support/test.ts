import { test as base, expect, type Page } from '@playwright/test'
import { Client } from 'pg'
import { apiOf } from './api.ts'
import { addTenant, readStack, type Role, type Tenant } from './stack.ts'

interface Options {
  /** Who uses the page. */
  role: Role
}

interface Fixtures {
  /** A tenant of the test's own, in which nobody else works. */
  tenant: Tenant
  api: ReturnType<typeof apiOf>
  /** A page whose console must stay free of errors. */
  page: Page
  /** The page, where the person has signed in and sees their flows. */
  dashboard: Page
  /** Rows of the database, as its superuser sees them. */
  sql: <Row>(query: string, ...values: unknown[]) => Promise<Row[]>
}

export const test = base.extend<Options & Fixtures>({
  role: ['owner', { option: true }],

  tenant: async ({}, use, info) => {
    await use(addTenant(info.title.slice(0, 60)))
  },

  api: async ({ tenant }, use) => {
    await use(apiOf(tenant))
  },

  page: async ({ page }, use) => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      // The issuer's page is not ours.
      if (message.type() === 'error' && new URL(page.url()).origin === readStack().api_url) errors.push(`${message.text()} (${message.location().url})`)
    })
    await use(page)
    expect(errors, 'errors on the console').toEqual([])
  },

  dashboard: async ({ page, tenant, role }, use) => {
    await signIn(page, tenant, role)
    await use(page)
  },

  sql: async ({}, use) => {
    const client = new Client({ connectionString: readStack().database_url })
    await client.connect()
    await use(async <Row>(query: string, ...values: unknown[]) => (await client.query(query, values)).rows as Row[])
    await client.end()
  },
})

/** Signs in at the issuer's page, and returns to the address that was asked for. */
export async function signIn(page: Page, tenant: Tenant, role: Role, path = '/dashboard/auto-engagement') {
  const person = tenant.users.find((one) => one.role === role)!
  await page.goto(path)
  await page.locator('input[name="username"]').fill(person.email)
  await page.locator('input[name="password"]').fill(person.password)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === path.split('?')[0])
  await expect(page.getByRole('navigation').first()).toBeVisible()
}

export { expect }
