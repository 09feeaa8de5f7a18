import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the generated SQL lies: beside the sources in a checkout, with the code that runs in a package. */
export function migrationsFolder(name: 'registry' | 'mqtt', here = import.meta.url): string {
  const packaged = new URL('../drizzle/', here)
  const root = existsSync(packaged) ? packaged : new URL('../../drizzle/', here)
  return fileURLToPath(name === 'registry' ? root : new URL('mqtt/', root))
}
