import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Marked, type Tokens } from 'marked'
import type { Plugin } from 'vite'

const docs = new URL('../../docs/', import.meta.url)

/** The id that GitHub gives a heading, so that links in the text hold in both places. */
const slug = (heading: string) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')

const marked = new Marked({
  renderer: {
    heading({ tokens, depth, text }: Tokens.Heading) {
      return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
    },
  },
})

// guide puts docs/guide.md beside the application, as a page that needs neither
// its code nor a sign-in: a deployment has its guide with it.
export function guide(): Plugin {
  const source = fileURLToPath(new URL('guide.md', docs))
  return {
    name: 'guide',
    apply: 'build',
    async generateBundle() {
      const text = await readFile(source, 'utf8')
      const body = (await marked.parse(text)).replaceAll('src="images/', 'loading="lazy" src="guide/')
      const title = /^# (.+)$/m.exec(text)?.[1] ?? ''
      this.emitFile({
        type: 'asset', fileName: 'guide.html',
        source: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="favicon.svg">
<link rel="stylesheet" href="guide/guide.css">
<main>
${body}</main>
</html>
`,
      })
      this.emitFile({ type: 'asset', fileName: 'guide/guide.css', source: await readFile(new URL('guide.css', import.meta.url)) })
      for (const name of new Set(Array.from(text.matchAll(/\(images\/([\w-]+\.png)\)/g), ([, name]) => name!)))
        this.emitFile({ type: 'asset', fileName: `guide/${name}`, source: await readFile(new URL(`images/${name}`, docs)) })
    },
  }
}
