import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { afterAll, afterEach, beforeAll } from 'vitest'
import i18n, { startI18n } from '@/i18n'
import { server } from './server'

// A page's code is loaded when it is first opened, slowly on a busy machine.
configure({ asyncUtilTimeout: 15_000, getElementError: (message) => new Error(message ?? '') })

// What Mantine asks of a browser and jsdom lacks.
Object.assign(window, {
  matchMedia: (query: string) => ({
    matches: false, media: query, onchange: null, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {}, dispatchEvent: () => false,
  }),
  ResizeObserver: class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
  scrollTo() {},
})
Element.prototype.scrollIntoView = () => {}
Object.defineProperty(document, 'fonts', { value: new EventTarget() })

beforeAll(async () => {
  // A request that no handler of the test answers fails the test.
  server.listen({ onUnhandledRequest: 'error' })
  await startI18n('en')
})
afterEach(async () => {
  cleanup()
  server.resetHandlers()
  sessionStorage.clear()
  localStorage.clear()
  await i18n.changeLanguage('en')
})
afterAll(() => server.close())
