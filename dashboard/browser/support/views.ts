import type { Locator, Page } from '@playwright/test'
import type { Told } from './history/index.ts'

export const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }

/** A page in one of its states. */
export interface View {
  name: string
  /** Below /dashboard. */
  path: (told: Told) => string
  /** What is done on it first. */
  act?: (page: Page) => Promise<void>
  /** What is there once it can be looked at. */
  see: (page: Page) => Locator
}

const heading = (name: string | RegExp, level = 1) => (page: Page) => page.getByRole('heading', { level, name })
const dialog = (name: string | RegExp) => (page: Page) => page.getByRole('dialog', { name })
const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()
const editor = ({ flow }: Told) => `/auto-engagement/${flow}/edit`

/** Every page with its main states, in the order of the menu. */
export const views: View[] = [
  { name: 'flows', path: () => '/auto-engagement', see: (page) => page.getByRole('img', { name: /executions, .* successful/ }) },
  {
    name: 'flow-delete', path: () => '/auto-engagement', see: (page) => page.getByRole('dialog').getByText(/running and will be cancelled/),
    act: async (page) => {
      await page.getByRole('button', { name: 'Actions for Instant call-back' }).click()
      await page.getByRole('menuitem', { name: 'Delete…' }).click()
    },
  },
  { name: 'builder', path: editor, act: (page) => view(page, 'List'), see: (page) => page.getByText('Wait') },
  { name: 'builder-canvas', path: editor, act: (page) => view(page, 'Canvas'), see: (page) => page.locator('.react-flow__node') },
  {
    name: 'builder-test', path: editor, see: (page) => page.getByRole('dialog').getByText(/All conditions|Condition/),
    act: async (page) => {
      await press(/^Test$/)(page)
      const panel = page.getByRole('dialog')
      await panel.getByLabel(/Lead source/).first().fill('IndiaMART')
      await panel.getByRole('button', { name: /Test/ }).last().click()
    },
  },
  { name: 'builder-history', path: editor, act: press('History'), see: dialog(/History|Versions/) },
  { name: 'executions', path: () => '/auto-engagement/executions', see: (page) => page.getByText('Karthik Subramanian') },
  { name: 'execution', path: ({ execution }) => `/auto-engagement/executions/${execution.waiting}`, see: (page) => page.locator('.react-flow__node') },
  { name: 'execution-completed', path: ({ execution }) => `/auto-engagement/executions/${execution.completed}`, see: (page) => page.locator('.react-flow__node') },
  { name: 'execution-failed', path: ({ execution }) => `/auto-engagement/executions/${execution.failed}`, see: (page) => page.locator('.react-flow__node') },
  { name: 'execution-cancelled', path: ({ execution }) => `/auto-engagement/executions/${execution.cancelled}`, see: (page) => page.locator('.react-flow__node') },
  { name: 'analytics', path: () => '/auto-engagement/analytics', see: (page) => page.getByText(/Best hour/) },
  { name: 'leads', path: () => '/leads', see: (page) => page.getByText('Google Ads') },
  { name: 'lead', path: ({ lead }) => `/leads/${lead.matched}`, see: heading(/Aarav Mehta/) },
  { name: 'lead-unmatched', path: ({ lead }) => `/leads/${lead.unmatched}`, see: heading(/Arjun Reddy/) },
  { name: 'contacts', path: () => '/contacts', see: (page) => page.getByText('Aarav Mehta') },
  { name: 'contact', path: ({ contact }) => `/contacts/${contact}`, see: heading('History', 2) },
  { name: 'imports', path: () => '/contacts/imports', see: (page) => page.getByText('Property fair Pune.csv') },
  { name: 'import', path: ({ done }) => `/contacts/imports/${done}`, see: (page) => page.getByText(/rows are imported/) },
  { name: 'suppressions', path: () => '/suppressions', see: (page) => page.getByText('Asked not to be called') },
  { name: 'templates', path: () => '/email-templates', see: (page) => page.getByText('Your visit is confirmed') },
  { name: 'template', path: ({ template }) => `/email-templates/${template}`, see: (page) => page.frameLocator('iframe').getByText(/Namaste/) },
  ...['general', 'hours', 'calls', 'integrations', 'members', 'audit', 'dead-letters'].map((tab): View => ({
    name: `settings-${tab}`, path: () => `/settings?tab=${tab}`, see: (page) => page.getByRole('tabpanel'),
  })),
  { name: 'help', path: () => '/auto-engagement', act: press('Help'), see: dialog('Help') },
  { name: 'commands', path: () => '/auto-engagement', act: press('Search and commands'), see: (page) => page.getByPlaceholder(/Go to a page/) },
  { name: 'not-found', path: () => '/nowhere', see: heading('There is no such page') },
]

async function view(page: Page, name: string) {
  await page.getByRole('radiogroup', { name: 'List or canvas' }).getByText(name, { exact: true }).click()
  // To the top, below the header.
  await page.getByRole('heading', { level: 2, name: 'What happens' }).evaluate((heading) => scrollBy(0, heading.getBoundingClientRect().top - 90))
}

/** Goes to an address below /dashboard as a link does: without loading the application again. */
export async function open(page: Page, path: string) {
  // Leaves what a view before it has opened.
  while (await page.getByRole('dialog').count()) {
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').first().waitFor({ state: 'detached' })
  }
  for (const to of ['/nowhere', path]) {
    await page.evaluate((address) => {
      history.pushState(null, '', address)
      dispatchEvent(new PopStateEvent('popstate'))
    }, '/dashboard' + to)
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor({ state: to === path && path !== '/nowhere' ? 'detached' : 'visible' })
  }
  await page.getByRole('heading', { level: 1 }).first().waitFor()
}

/** Opens a view and waits until it stands still. */
export async function show(page: Page, told: Told, { path, act, see }: View) {
  await open(page, path(told))
  await act?.(page)
  // Nothing is shown as hovered.
  await page.mouse.move(0, 0)
  await see(page).filter({ visible: true }).first().waitFor()
  await rest(page)
}

/** Waits until nothing is loaded, drawn in or moving any more. */
export async function rest(page: Page) {
  await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"], .mantine-Skeleton-root').length === 0)
  await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => undefined))))
}
