import { describe, expect, test } from 'vitest'
import { type Column, renderFields, renderTable } from '../../../src/cli/output/table.ts'

const COLUMNS: readonly Column<{ readonly name: string; readonly value?: unknown }>[] = [
  ['NAME', ({ name }) => name],
  ['VALUE', ({ value }) => value],
]

test('columns are as wide as their widest cell, and lines have no trailing blanks', () => {
  const items = [
    { name: 'a', value: 1 },
    { name: 'longer', value: '' },
  ]
  expect(renderTable(items, COLUMNS)).toBe('NAME    VALUE\na       1\nlonger  -\n')
})

test('a table without items has its head', () => expect(renderTable([], COLUMNS)).toBe('NAME  VALUE\n'))

describe('a cell says what a value is', () => {
  for (const { value, expected } of [
    { value: undefined, expected: '-' },
    { value: null, expected: '-' },
    { value: [], expected: '-' },
    { value: ['a', 'b'], expected: 'a, b' },
    { value: { a: 1 }, expected: '{"a":1}' },
    { value: 0, expected: '0' },
    { value: false, expected: 'false' },
    { value: 'a\tb\u202ec\n', expected: 'a\\u0009b\\u202ec\\u000a' },
    { value: 'Привет 🚀', expected: 'Привет 🚀' },
  ]) {
    test(expected, () => expect(renderFields([['Field', value]])).toBe(`Field  ${expected}\n`))
  }
})
