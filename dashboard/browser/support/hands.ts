import { expect, type Locator } from '@playwright/test'

const optionOf = (field: Locator, name: string | RegExp) => field.page().getByRole('option', { name, exact: true })

/** What stands there for the eye: some texts are there twice, one for phones. */
export const seen = (within: Locator, text: string | RegExp) => within.getByText(text).filter({ visible: true })

/** Chooses from a list by mouse. */
export async function choose(field: Locator, option: string | RegExp) {
  await field.click()
  await optionOf(field, option).click()
}

/** Goes on by the Tab key until the focus is there. */
export async function tabTo(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  const page = target.page()
  await expect(target).toHaveCount(1)
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press(key)
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`the ${key} key does not come to ${target.toString()}`)
}

/** Chooses from a list that has the focus by the arrow keys, after typing what is looked for. */
export async function chooseByKeys(field: Locator, option: string | RegExp, typed = '') {
  const page = field.page()
  await expect(field).toBeFocused()
  if (typed) await page.keyboard.type(typed)
  else if ((await field.getAttribute('aria-expanded')) !== 'true') await page.keyboard.press('ArrowDown')
  const wanted = optionOf(field, option)
  await expect(wanted).toBeVisible()
  for (let presses = 0; (await wanted.getAttribute('data-combobox-selected')) === null; presses++) {
    if (presses === 30) throw new Error(`the arrow keys do not come to ${String(option)}`)
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
  await expect(wanted).toBeHidden()
}

/** Moves by keys what has a handle, and hears what a screen reader says of it. */
export async function moveByKeys(handle: Locator, name: string, key: 'ArrowUp' | 'ArrowDown', from: number, to: number, count: number) {
  const page = handle.page()
  const said = (text: string) => expect(page.getByRole('status').filter({ hasText: text })).toHaveCount(1)
  await expect(handle).toBeFocused()
  await expect(handle).toHaveAttribute('aria-roledescription', 'sortable')
  await page.keyboard.press('Space')
  await said(`place ${from} of ${count}.`)
  const by = Math.sign(to - from)
  for (let place = from + by; place !== to + by; place += by) {
    await page.keyboard.press(key)
    await said(`${name} is at place ${place} of ${count}.`)
  }
  await page.keyboard.press('Space')
  await said(`Put ${name} down at place ${to} of ${count}.`)
}

/** Drags by mouse from the middle of one thing to the far edge of another above or below. */
export async function drag(from: Locator, to: Locator) {
  const { mouse } = from.page()
  await from.scrollIntoViewIfNeeded()
  const start = (await from.boundingBox())!
  const end = (await to.boundingBox())!
  await mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await mouse.down()
  await mouse.move(end.x + end.width / 2, end.y < start.y ? end.y + 2 : end.y + end.height - 2, { steps: 12 })
  await mouse.up()
}
