import { defineConfig } from '@playwright/test'
import { findBrowser } from './browser/support/chromium.ts'
import { readStack } from './browser/support/stack.ts'

// The dashboard as it is deployed: `make browser` starts a stack of its own and
// names it by AEF_STACK_JSON.
export default defineConfig({
  testDir: 'browser',
  outputDir: '../.build/browser',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  reporter: [['list', { printSteps: false }]],
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: readStack().api_url,
    locale: 'en-IN',
    timezoneId: 'Asia/Kolkata',
    viewport: { width: 1280, height: 800 },
    actionTimeout: 15_000,
    trace: 'retain-on-failure',
    launchOptions: { executablePath: findBrowser(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] },
  },
  projects: [
    { name: 'tests', testMatch: '**/*.spec.ts', testIgnore: 'screenshots.spec.ts' },
    { name: 'screenshots', testMatch: 'screenshots.spec.ts' },
  ],
})
