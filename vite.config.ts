import { defineConfig } from 'vite'

const FOLDER = /\/console\/pages\/(?!overview|settings)([\w-]+)\//

// Addresses are relative, so that the console works behind a sub-path; nothing is inlined, for its policy forbids it.
export default defineConfig({
  root: 'src/console',
  base: './',
  publicDir: false,
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
            { debugName: 'folders', name: (id) => FOLDER.exec(id)?.[1] ?? null, test: FOLDER },
          ],
        },
      },
    },
  },
})
