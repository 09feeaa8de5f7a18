import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the generated SQL lies: beside the sources in a checkout, with the code that runs in a package. */
export function migrationsFolder(name: 'registry' | 'mqtt'): string {
  const packaged = new URL('../drizzle/', import.meta.url)
  const root = existsSync(packaged) ? packaged : new URL('../../drizzle/', import.meta.url)
  return fileURLToPath(name === 'registry' ? root : new URL('mqtt/', root))
}
