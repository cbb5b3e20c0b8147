import { brotliCompressSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'

interface Budget {
  /** Most compressed kilobytes of JavaScript that a page may need to show itself. */
  firstLoadKB: number
}

// budget fails a build in which opening a page by its address loads more
// JavaScript than allowed: the entry and the page, with all that both import
// at once. What they import later (canvas, charts, dialogs) is not counted.
export function budget({ firstLoadKB }: Budget): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((part): part is Rolldown.OutputChunk => part.type === 'chunk')
      const entry = chunks.find((chunk) => chunk.isEntry)
      if (!entry) return this.error('The build has no entry.')
      const sizes = new Map<string, number>()
      const size = (name: string) => {
        const part = bundle[name]
        if (!sizes.has(name)) sizes.set(name, part?.type === 'chunk' ? brotliCompressSync(part.code).length : 0)
        return sizes.get(name) ?? 0
      }
      const needed = (name: string, found = new Set<string>()): Set<string> => {
        const part = bundle[name]
        if (found.has(name) || part?.type !== 'chunk') return found
        found.add(name)
        part.imports.forEach((next) => needed(next, found))
        return found
      }
      const pages = chunks.filter((chunk) => /\/features\/[^/]+\/[A-Z]\w*Page\.tsx$/.test(chunk.facadeModuleId ?? ''))
      const lines = [entry, ...pages].map((page) => {
        const names = needed(page.fileName, needed(entry.fileName))
        const total = [...names].reduce((sum, name) => sum + size(name), 0) / 1024
        return { page: page.name, total }
      })
      lines.sort((a, b) => b.total - a.total)
      this.info('first load, JavaScript by brotli:\n' + lines.map((l) => `  ${l.total.toFixed(1).padStart(6)} KB  ${l.page}`).join('\n'))
      const worst = lines[0]
      if (worst && worst.total > firstLoadKB)
        this.error(`${worst.page} loads ${worst.total.toFixed(1)} KB of JavaScript first; ${firstLoadKB} KB are allowed.`)
    },
  }
}
