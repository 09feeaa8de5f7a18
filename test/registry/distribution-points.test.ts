import { expect, test } from 'vitest'
import { noteDistributionPoint } from '../../src/registry/distribution-points.ts'

const DAY_MS = 86_400_000
const at = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * DAY_MS)

test('a URL is remembered until the last certificate that names it ends, and written once a month', () => {
  const writes: Date[] = []
  const store = {
    namedUntil: () => writes.at(-1),
    saveDistributionPoint: (_: string, until: Date) => writes.push(until),
  }
  noteDistributionPoint(store, 'http://a/', at(365))
  noteDistributionPoint(store, 'http://a/', at(390))
  noteDistributionPoint(store, 'http://a/', at(10))
  expect(writes).toEqual([at(395)])
  noteDistributionPoint(store, 'http://a/', at(396))
  expect(writes).toEqual([at(395), at(426)])
})
