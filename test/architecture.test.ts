import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findBreaches, isUnfinished } from './support/house-rules.ts'
import { parseSourceFile, type SourceFile } from './support/source-file.ts'

const ROOT = dirname(import.meta.dirname)

function read(pattern: string): readonly SourceFile[] {
  return globSync(pattern, { cwd: ROOT }).map((path) => parseSourceFile(path, readFileSync(join(ROOT, path), 'utf8')))
}

test('every file of src and bin keeps to the rules of the house', () => {
  const files = read('{src/**/*.{ts,tsx},bin/*.mjs}')
  expect(files.length).toBeGreaterThan(100)
  expect(findBreaches(files)).toEqual([])
})

test('nothing in src, test and bin is left to do', () => {
  const paths = globSync('{src,test,bin}/**/*.{ts,tsx,mjs}', { cwd: ROOT })
  expect(paths.filter((path) => isUnfinished(readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
})

test('the folders of test mirror those of src', () => {
  const folders = new Set(globSync('test/**/*.test.ts', { cwd: ROOT }).map(dirname))
  const ofTheirOwn = new Set(['test/deploy', 'test/journeys', 'test/peers', 'test/support'])
  const strays = [...folders].filter((folder) => !ofTheirOwn.has(folder) && !existsSync(folder.replace(/^test/, 'src')))
  expect(strays).toEqual([])
})

describe('a breach is found', () => {
  for (const { path, text, breach } of [
    // Arrows between the rooms
    { path: 'src/ca/key.ts', text: `import { a } from '../db/page.ts'`, breach: 'may not import src/db/page.ts' },
    {
      path: 'src/ca/key.ts',
      text: `import type { A } from '../db/page.ts'`,
      breach: 'may not import types of src/db/page.ts',
    },
    { path: 'src/registry/a.ts', text: `import { a } from '../ca/key.ts'`, breach: 'may not import src/ca/key.ts' },
    {
      path: 'src/registry/a.ts',
      text: `import { type A } from '../ca/key.ts'`,
      breach: 'may not import src/ca/key.ts',
    },
    { path: 'src/registry/a.ts', text: `export { a } from '../ca/key.ts'`, breach: 'may not import src/ca/key.ts' },
    { path: 'src/registry/a.ts', text: `export * from '../ca/key.ts'`, breach: 'may not import src/ca/key.ts' },
    {
      path: 'src/registry/a.ts',
      text: `const a = await import('../ca/key.ts')`,
      breach: 'may not import src/ca/key.ts',
    },
    { path: 'src/registry/a.ts', text: `const a = require('../ca/key.ts')`, breach: 'may not import src/ca/key.ts' },
    {
      path: 'src/edge/a.ts',
      text: `type A = import('../broker/b.ts').B`,
      breach: 'may not import types of src/broker/b.ts',
    },
    {
      path: 'src/broker/aedes/a.ts',
      text: `import { b } from '../../registry/b.ts'`,
      breach: 'may not import src/registry/b.ts',
    },
    { path: 'src/api/a.ts', text: `import '../app.ts'`, breach: 'may not import src/app.ts' },
    {
      path: 'src/ca/a.ts',
      text: `import { isHostName } from '../host-name.ts'`,
      breach: 'may not import src/host-name.ts',
    },
    { path: 'src/ca/a.ts', text: 'const a = await import(`../${b}.ts`)', breach: 'imports what is not written in it' },
    // Leaves, the configuration, the edges
    {
      path: 'src/topic.ts',
      text: `import type { A } from './clock.ts'`,
      breach: 'may not import types of src/clock.ts',
    },
    { path: 'src/config-source.ts', text: `import { a } from './edge/a.ts'`, breach: 'may not import src/edge/a.ts' },
    { path: 'src/app.ts', text: `import { a } from './cli/start.ts'`, breach: 'may not import src/cli/start.ts' },
    { path: 'src/main.ts', text: `import { a } from './db/a.ts'`, breach: 'may not import src/db/a.ts' },
    {
      path: 'src/cli/a.ts',
      text: `import type { A } from '../api/api.ts'`,
      breach: 'may not import types of src/api/api.ts',
    },
    {
      path: 'src/cli/a.ts',
      text: `import { a } from '../api/resources/device.ts'`,
      breach: 'may not import src/api/resources/device.ts',
    },
    {
      path: 'src/db/a.ts',
      text: `import a from '../../package.json' with { type: 'json' }`,
      breach: 'may not import package.json',
    },
    // Third parties
    {
      path: 'src/broker/a.ts',
      text: `import type { Client } from 'aedes'`,
      breach: 'may not import aedes: its door is src/broker/aedes/',
    },
    {
      path: 'src/edge/a.ts',
      text: `import { z } from 'zod'`,
      breach:
        'may not import zod: its door is src/config.ts, src/config-field.ts, src/config-profiles.ts, src/api/, src/console/',
    },
    {
      path: 'src/db/a.ts',
      text: `import 'hono/utils/accept'`,
      breach: 'may not import hono/utils/accept: its door is src/api/',
    },
    {
      path: 'src/ca/a.ts',
      text: `import { serve } from '@hono/node-server'`,
      breach: 'may not import @hono/node-server: its door is src/api/',
    },
    {
      path: 'src/api/a.ts',
      text: `require('drizzle-orm/sqlite-core')`,
      breach: 'may not import drizzle-orm/sqlite-core: its door is src/db/',
    },
    { path: 'src/ca/a.ts', text: `import 'left-pad'`, breach: 'imports left-pad, which has no door in the house' },
    // The process
    { path: 'src/app.ts', text: `import { pid } from 'node:process'`, breach: 'may not import node:process' },
    { path: 'src/app.ts', text: 'const a = process.env', breach: 'breaks the rule on process' },
    { path: 'src/app.ts', text: 'const { env } = globalThis.process', breach: 'breaks the rule on process' },
    { path: 'src/app.ts', text: 'const a = { process }', breach: 'breaks the rule on process' },
    { path: 'src/cli/a.ts', text: 'process.exit(1)', breach: 'breaks the rule on process.exit' },
    // Time
    { path: 'src/db/a.ts', text: 'const now = Date.now()', breach: 'breaks the rule on clock' },
    { path: 'src/db/a.ts', text: 'const now = new Date()', breach: 'breaks the rule on clock' },
    { path: 'src/db/a.ts', text: 'const now = Date()', breach: 'breaks the rule on clock' },
    // Names and shape
    { path: 'src/ca/index.ts', text: '', breach: 'has a name that says nothing' },
    { path: 'src/ca/utils/key.ts', text: '', breach: 'has a name that says nothing' },
    { path: 'src/api/types.ts', text: '', breach: 'has a name that says nothing' },
    { path: 'src/server.ts', text: '', breach: 'stands in no part of the house' },
    { path: 'src/ca/a.ts', text: 'export default 1', breach: 'breaks the rule on default export' },
    { path: 'src/ca/a.ts', text: '\n'.repeat(251), breach: 'has 251 lines, 250 at most' },
    { path: 'src/ca/a.ts', text: `// ${['TO', 'DO'].join('')}: later`, breach: 'leaves something to do' },
  ]) {
    test(`${path}: ${text.trim() || breach}`, () => {
      expect(findBreaches([parseSourceFile(path, text)])).toEqual([`${path} ${breach}`])
    })
  }

  test('a cycle between rooms, though of types alone', () => {
    const breaches = findBreaches([
      parseSourceFile('src/registry/a.ts', `import type { B } from '../broker/b.ts'`),
      parseSourceFile('src/broker/b.ts', `import type { A } from '../registry/a.ts'`),
    ])
    expect(breaches).toContain('registry -> broker -> registry is a cycle')
  })
})

describe('what the table allows is no breach', () => {
  for (const { path, text } of [
    { path: 'src/registry/a.ts', text: `import type { A } from '../ca/key.ts'` },
    { path: 'src/registry/a.ts', text: `export type { A } from '../ca/key.ts'` },
    {
      path: 'src/api/routes/a.ts',
      text: `import { B } from '../problem.ts'; import { DomainError } from '../../errors.ts'`,
    },
    { path: 'src/cli/hub/a.ts', text: `import type { shapeDevice } from '../../api/resources/device.ts'` },
    { path: 'src/db/a.ts', text: `require('drizzle-orm') as typeof import('drizzle-orm')` },
    { path: 'src/edge/a.ts', text: `import ipaddr from 'ipaddr.js'; ipaddr.process('::1'); const a = { process: 1 }` },
    {
      path: 'src/db/a.ts',
      text: `// process.exit(), Date.now()\nconst a = 'import x from "zod"'; const b = new Date(0)`,
    },
    { path: 'src/cli/a.ts', text: 'process.exitCode = 1' },
    { path: 'src/main.ts', text: `const { startHub } = await import('./app.ts')` },
    { path: 'src/app-pki.ts', text: `import { a } from './ca/a.ts'` },
    { path: 'src/main.ts', text: `import { VERSION } from './version.ts'` },
  ]) {
    test(`${path}: ${text}`, () => expect(findBreaches([parseSourceFile(path, text)])).toEqual([]))
  }
})
