import { expect, test } from 'vitest'
import { createDraft } from '../../../src/registry/import/draft.ts'

test('of a transaction that throws nothing is drafted, and of the one around it all', () => {
  const draft = createDraft()
  const rows = draft.createRows<string>()
  rows.set('a', 'before')
  draft.transaction(() => {
    rows.set('b', 'kept')
    expect(() =>
      draft.transaction(() => {
        rows.set('a', 'after')
        rows.set('a', 'later')
        rows.set('c', 'new')
        throw new Error('refused')
      }),
    ).toThrow('refused')
  })
  expect([...rows.all()]).toEqual(['before', 'kept'])
})

test('what was kept is not undone by what throws later', () => {
  const draft = createDraft()
  const rows = draft.createRows<number>()
  draft.transaction(() => rows.set('a', 1))
  expect(() =>
    draft.transaction(() => {
      rows.set('a', 2)
      throw new Error('refused')
    }),
  ).toThrow('refused')
  expect(rows.get('a')).toBe(1)
})

test('a row is known as read by its kind and its name', () => {
  const draft = createDraft()
  draft.noteReading('device', 'pump')
  expect(draft.hasRead('device', 'pump')).toBe(true)
  expect(draft.hasRead('policy', 'pump')).toBe(false)
})
