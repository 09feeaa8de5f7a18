import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

// Here, for it takes seconds: the hub has one thread, on which devices would wait for it.
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir = '.' }, bundle) {
    for (const name of Object.keys(bundle)) {
      const file = join(dir, name)
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)))
    }
  },
}

const FOLDER = /\/console\/pages\/(?!overview|settings)([\w-]+)\//

// Who opens one of these soon opens another, and they say much in the same words.
const OF_WHO_CONNECTS = /\/console\/pages\/(?:add-device|devices?|enrolment|policies|services|sessions|tokens)\//

// Addresses are relative, so that the console works behind a sub-path; nothing is inlined, for its policy forbids it.
export default defineConfig({
  root: 'src/console',
  base: './',
  publicDir: false,
  plugins: [compressed],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What pages share, and each folder of pages, in one file: dozens of small ones are compressed worse, and asked for
        // one by one.
        codeSplitting: {
          minSize: 2000,
          groups: [
            { name: 'shared', test: /\/console\/(hub\/|parts\/(?!chart))/ },
            { name: 'codes', test: /\/console\/codes\// },
            { name: 'who-connects', test: OF_WHO_CONNECTS },
            { debugName: 'folders', name: (id) => FOLDER.exec(id)?.[1] ?? null, test: FOLDER },
          ],
        },
      },
    },
  },
})
