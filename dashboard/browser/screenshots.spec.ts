import { mkdir, readdir, rm } from 'node:fs/promises'
import sharp from 'sharp'
import { tell } from './support/history/index.ts'
import { addTenant } from './support/stack.ts'
import { signIn, test } from './support/test.ts'
import { sizes, show, views } from './support/views.ts'

const folder = '../docs/images'
// A pattern that the names of the views to picture have; none: all are.
const only = process.env.ONLY ?? ''

test('every page is pictured', async ({ page }) => {
  test.setTimeout(900_000)
  await mkdir(folder, { recursive: true })
  const tenant = addTenant('Lotus Homes')
  const told = await tell(tenant)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(page, tenant, 'owner')
  const taken = new Set<string>()
  for (const view of views.filter(({ name }) => new RegExp(only).test(name))) {
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme: 'light' })
      await show(page, told, view)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
        const name = `${view.name}-${colorScheme}-${size}.png`
        taken.add(name)
        // 64 colours are enough for pages, and make small files.
        await sharp(picture).png({ palette: true, colours: 64, effort: 10, compressionLevel: 9 }).toFile(`${folder}/${name}`)
      }
    }
  }
  // Of pages that are no more. The build needs those that the guide shows.
  for (const name of only ? [] : await readdir(folder)) if (!taken.has(name)) await rm(`${folder}/${name}`)
})
