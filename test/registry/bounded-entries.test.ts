import { expect, test } from 'vitest'
import { BoundedEntries } from '../../src/registry/bounded-entries.ts'

function fill(bounds: { capacity: number; capacityPerSubject: number }, places: readonly string[]) {
  const entries = new BoundedEntries<string>(bounds)
  for (const place of places) entries.put(place, place.slice(0, 1), place.toUpperCase())
  return entries
}

test('entries are listed newest first, in all and for each subject', () => {
  const entries = fill({ capacity: 10, capacityPerSubject: 10 }, ['a1', 'b1', 'a2'])
  expect(entries.list()).toEqual(['A2', 'B1', 'A1'])
  expect(entries.listOf('a')).toEqual(['A2', 'A1'])
  expect(entries.listOf('c')).toEqual([])
  expect([entries.get('b1'), entries.get('b2')]).toEqual(['B1', undefined])
})

test('an entry of the same key makes way, and the new one is the newest', () => {
  const entries = fill({ capacity: 10, capacityPerSubject: 10 }, ['a1', 'b1', 'a1'])
  expect(entries.list()).toEqual(['A1', 'B1'])
  expect(entries.listOf('a')).toEqual(['A1'])
})

test('the oldest go first, a subject its own before those of others', () => {
  const entries = fill({ capacity: 4, capacityPerSubject: 2 }, ['b1', 'a1', 'a2', 'a3', 'c1', 'd1'])
  expect(entries.list()).toEqual(['D1', 'C1', 'A3', 'A2'])
  expect([entries.listOf('a'), entries.listOf('b')]).toEqual([['A3', 'A2'], []])
})
