import { defineConfig } from 'vite'

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
        // What pages share, in one file: dozens of small ones are compressed worse, and asked for one by one.
        codeSplitting: { minSize: 2000, groups: [{ name: 'shared', test: /\/console\/(hub\/|parts\/(?!chart))/ }] },
      },
    },
  },
})
