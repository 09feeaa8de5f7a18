import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { migrationsFolder } from '../../src/db/migrations-folder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('in a checkout the migrations lie beside the sources', () => {
  for (const name of ['registry', 'mqtt'] as const) {
    expect(existsSync(join(migrationsFolder(name), 'meta', '_journal.json'))).toBe(true)
  }
})

test('in a package they lie with the code that runs', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'dist', 'drizzle'), { recursive: true })
  const here = pathToFileURL(join(folder.path, 'dist', 'db', 'migrations-folder.js')).href
  expect(migrationsFolder('registry', here)).toBe(join(folder.path, 'dist', 'drizzle', '/'))
  expect(migrationsFolder('mqtt', here)).toBe(join(folder.path, 'dist', 'drizzle', 'mqtt', '/'))
})
