import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { type Told, tell } from './support/history/index.ts'
import { addTenant, type Tenant } from './support/stack.ts'
import { test as base, expect, signIn } from './support/test.ts'
import { open, rest, show, sizes, views } from './support/views.ts'

// The past is told once to each worker: it takes some seconds.
const test = base.extend<object, { past: { tenant: Tenant; told: Told } }>({
  past: [async ({}, use) => {
    const tenant = addTenant('Lotus Homes')
    await use({ tenant, told: await tell(tenant) })
  }, { scope: 'worker' }],
})

/** Rules that a page breaks, with the first places; and whether it can be scrolled sideways. */
async function faults(page: Page, size: keyof typeof sizes) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().exclude('.mantine-Tooltip-tooltip').withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
  const found = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  if (size === 'phone' && over > 0) found.push(`scrolls ${over} px sideways`)
  return found
}

// Each scheme and each size once: together they would take twice the time.
for (const [scheme, size] of [['light', 'wide'], ['dark', 'phone']] as const) {
  test.describe(`${scheme}, ${size}`, () => {
    test.use({ colorScheme: scheme, viewport: sizes[size], reducedMotion: 'reduce' } as never)

    test('every page is accessible and fits', async ({ page, past }) => {
      test.setTimeout(300_000)
      await signIn(page, past.tenant, 'owner')
      for (const view of views) {
        await test.step(view.name, async () => {
          await show(page, past.told, view)
          expect.soft(await faults(page, size), view.name).toEqual([])
        })
      }
      // Whose sign-in has just ended is asked, and not sent to sign in by itself.
      await page.evaluate(() => {
        sessionStorage.clear()
        sessionStorage.setItem('aef.went-to-sign-in', String(Date.now()))
      })
      await page.goto('/dashboard')
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      expect.soft(await faults(page, size), 'sign-in').toEqual([])
      await page.goto('/dashboard/guide.html')
      expect.soft(await faults(page, size), 'guide').toEqual([])
    })

    test('every empty page is accessible and fits', async ({ dashboard: page }) => {
      test.setTimeout(180_000)
      for (const path of ['/auto-engagement', '/auto-engagement/executions', '/auto-engagement/analytics', '/leads', '/contacts', '/contacts/imports', '/suppressions', '/auto-engagement/create', '/email-templates/create']) {
        await open(page, path)
        await rest(page)
        expect.soft(await faults(page, size), `empty ${path}`).toEqual([])
      }
    })
  })
}
