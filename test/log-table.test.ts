import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { listLogCalls } from './support/log-calls.ts'

const ROOT = dirname(import.meta.dirname)
const sources = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}))
const calls = sources.flatMap(({ path, text }) => listLogCalls(path, text))
const rows = [
  ...readFileSync(join(ROOT, 'docs/logs.md'), 'utf8').matchAll(/^\| (.+) \| (debug|info|warn|error) \|/gm),
].map(([, message = '', level = '']) => `${level}: ${message}`)

test('every line that the hub writes stands in the table, at its level', () => {
  const written = calls.flatMap(({ level, messages }) => messages.map((message) => `${level}: ${message}`))
  expect(written.length).toBeGreaterThan(80)
  expect([...new Set(written)].filter((line) => !rows.includes(line))).toEqual([])
})

test('and no other does: each message of the table is in the source', () => {
  const texts = sources.map(({ text }) => text)
  const strays = rows.filter((row) => {
    const message = row.replace(/^\w+: /, '')
    return !texts.some((text) => text.includes(`'${message}'`))
  })
  expect(strays).toEqual([])
  expect(new Set(rows).size).toBe(rows.length)
})

test('the same message has one level', () => {
  const levels = new Map<string, Set<string>>()
  for (const { level, messages } of calls) {
    for (const message of messages) levels.set(message, (levels.get(message) ?? new Set()).add(level))
  }
  expect([...levels].filter(([, found]) => found.size > 1)).toEqual([])
})

test('few are told in words that were handed in, and the table has those too', () => {
  const indirect = calls.filter(({ messages }) => messages.length === 0).map(({ path, level }) => `${level} ${path}`)
  expect(indirect.toSorted()).toEqual([
    'error src/app-events.ts',
    'warn src/ca/authority-files.ts',
    'warn src/ca/ca-key.ts',
  ])
})

test('every line names its component', () => {
  const nameless = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\blogger\.(?:debug|info|warn|error)\((\{[^}]*\})/g)]
      .filter(([, fields = '']) => !/component|\.\.\.told|\.\.\./.test(fields))
      .map(([call]) => `${path} ${call}`),
  )
  expect(nameless).toEqual([])
})
