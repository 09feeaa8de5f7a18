import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

interface LockedPackage {
  readonly gypfile?: boolean
  readonly resolved?: string
}

const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
)

test('every dependency is named in one exact version', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

// npm install drops this line when it writes the lock anew; npm 10 then wants Python and a compiler for what is shipped built.
test('better-sqlite3 is installed without a compiler', () => {
  expect(lock.packages['node_modules/better-sqlite3']?.gypfile).toBe(false)
})

test('the lock names no registry', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
})
