import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { needPrograms } from './support/foreign-program.ts'

interface LockedPackage {
  readonly gypfile?: boolean
  readonly resolved?: string
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

const ROOT = new URL('..', import.meta.url)
const lock: Lock = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8'))

test('every dependency is named in one exact version', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

// Asked of the commit: npm install drops the line from the file, here and on every machine that follows the README.
// Without it npm 10 wants Python and a compiler for what is shipped built.
test('better-sqlite3 is installed without a compiler', (context) => {
  needPrograms(context, 'git')
  const { status, stdout } = spawnSync('git', ['show', 'HEAD:./package-lock.json'], { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) return context.skip('this is not a checkout of the repository')
  const committed: Lock = JSON.parse(stdout)
  expect(committed.packages['node_modules/better-sqlite3']?.gypfile).toBe(false)
})

test('the lock names no registry', () => {
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
})
