import { expect, test } from 'vitest'
import type { Texts } from '../../src/console/language.ts'

const SOURCES = import.meta.glob<string>('../../src/console/**/*.{ts,tsx}', {
  eager: true,
  query: '?raw',
  import: 'default',
})
// Those of codes and events are looked up by what the hub says; the compiler knows that they are complete.
const FILES = import.meta.glob<Readonly<Record<string, Partial<Texts<object>>>>>(
  ['../../src/console/**/*-text.ts', '!../../src/console/codes/**', '!**/event-text.ts'],
  { eager: true },
)

const TEXTS = Object.entries(FILES).flatMap(([file, module]) =>
  Object.entries(module).flatMap(([name, { en }]) => (en ? [{ file, name, keys: Object.keys(en) }] : [])),
)

test.each(TEXTS)('$name holds no text that nobody reads', ({ file, name, keys }) => {
  const readers = Object.entries(SOURCES).filter(([path, source]) => path !== file && source.includes(name))
  const source = readers.map(([, text]) => text).join('\n')
  expect(keys.filter((key) => !isRead(source, name, key))).toEqual([])
})

/** As `words.key`, taken out of the words, or named to be picked from them. */
function isRead(source: string, name: string, key: string): boolean {
  const read = `(?:words|read\\(${name}\\))`
  return new RegExp(`\\b${read}\\.${key}\\b|\\{[^{}]*\\b${key}\\b[^{}]*\\}[^=\\n]*= ${read}|'${key}'`).test(source)
}
