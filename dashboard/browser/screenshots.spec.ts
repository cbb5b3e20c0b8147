import { mkdirSync } from 'node:fs'
import { tell } from './support/history/index.ts'
import { addTenant } from './support/stack.ts'
import { signIn, test } from './support/test.ts'
import { show, views } from './support/views.ts'

const folder = process.env.PICTURES ?? '../docs/images'
const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }

test('every page is pictured', async ({ page }) => {
  test.setTimeout(600_000)
  mkdirSync(folder, { recursive: true })
  const tenant = addTenant('Lotus Homes')
  const told = await tell(tenant)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(page, tenant, 'owner')
  for (const view of views.filter(({ name }) => !process.env.ONLY || new RegExp(process.env.ONLY).test(name))) {
    console.log(view.name, Date.now() % 1e6)
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme: 'light' })
      await show(page, told, view)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(150)
        await page.screenshot({ path: `${folder}/${view.name}-${colorScheme}-${size}.png`, animations: 'disabled', caret: 'hide' })
      }
    }
  }
})
