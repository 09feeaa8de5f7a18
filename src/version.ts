import { createRequire } from 'node:module'

// Not by import: package.json stands outside src, and the compiler would build it into dist with everything beside it.
const manifest = createRequire(import.meta.url)('../package.json') as { readonly version: string }

export const VERSION = manifest.version
