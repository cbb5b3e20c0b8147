import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const texts = /\.(js|css|html|svg|json|txt)$/

// Pages get a nonce when they are served, so they cannot be made ready.
const served = /^(index|not-built)\.html$/

// compress writes .br and .gz beside every text of the build, so that the
// function that serves it never compresses.
export function compress(): Plugin {
  let directory = ''
  return {
    name: 'compress',
    apply: 'build',
    configResolved(config) {
      directory = config.build.outDir
    },
    async closeBundle() {
      const names = await readdir(directory, { recursive: true })
      await Promise.all(
        names
          .filter((name) => texts.test(name) && !served.test(name) && !name.startsWith('.vite'))
          .map(async (name) => {
            const text = await readFile(join(directory, name))
            const [br, gz] = await Promise.all([
              promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }),
              promisify(gzip)(text, { level: 9 }),
            ])
            await writeFile(join(directory, name + '.br'), br)
            await writeFile(join(directory, name + '.gz'), gz)
          }),
      )
    },
  }
}
