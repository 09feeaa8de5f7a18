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
  },
})
