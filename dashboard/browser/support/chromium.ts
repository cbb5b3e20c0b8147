import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * A browser to test with: CHROMIUM names one, else Playwright's own where it is
 * installed, else one of this machine. Undefined leaves the complaint to Playwright.
 */
export function findBrowser(): string | undefined {
  const given = process.env.CHROMIUM
  if (given) return given
  if (existsSync(chromium.executablePath())) return undefined
  return (process.env.PATH ?? '').split(delimiter).flatMap((dir) => names.map((name) => join(dir, name))).find(existsSync)
}
