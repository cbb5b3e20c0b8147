import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { budget } from './build/budget.ts'
import { callback } from './build/callback.ts'
import { compress } from './build/compress.ts'
import { guide } from './build/guide.ts'

// In development the API, and the settings, are those of a running stack:
// STACK_URL is the api_url of its stack.json.
const stack = process.env.STACK_URL ?? 'http://127.0.0.1:17400'

export default defineConfig({
  base: '/dashboard/',
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  // The server replaces the mark by each answer's own nonce.
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [react(), callback(), guide(), budget({ firstLoadKB: 250 }), compress()],
  build: {
    target: 'es2023',
    manifest: true,
    // Data addresses would be many small exceptions to the policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs is two files. As the many small ones that
          // the pages' common parts would make, it compresses a tenth worse.
          groups: [
            { name: 'libraries', test: /[\\/]node_modules[\\/]/, tags: ['$initial'] },
            { name: 'frame', test: /[\\/]src[\\/](?!main\.tsx)/, tags: ['$initial'] },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': stack, '/config.json': stack } },
  test: {
    // Those in browser/ are Playwright's.
    include: ['{src,build}/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    css: false,
    restoreMocks: true,
    // A worker per file starts slowly on small machines.
    maxWorkers: 2,
    testTimeout: 40_000,
  },
})
