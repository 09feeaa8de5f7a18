import { beforeEach, describe, expect, test } from 'vitest'
import { LifeBar } from '../../../src/console/parts/life-bar.tsx'
import { now } from '../../../src/console/parts/moment.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

const NOT_BEFORE = '2026-01-01T00:00:00Z'
const NOT_AFTER = '2026-04-11T00:00:00Z'

beforeEach(() => {
  now.value = new Date(NOT_BEFORE)
})

describe('what is left of 100 days', () => {
  for (const { at, left, tone, words } of [
    { at: '2025-12-01T00:00:00Z', left: 1, tone: 'good', words: 'in 131 days' },
    { at: '2026-01-01T00:00:00Z', left: 1, tone: 'good', words: 'in 100 days' },
    { at: '2026-03-02T00:00:00Z', left: 0.4, tone: 'good', words: 'in 40 days' },
    { at: '2026-03-12T00:00:00Z', left: 0.3, tone: 'warn', words: 'in 30 days' },
    { at: '2026-04-11T00:00:00Z', left: 0, tone: 'bad', words: 'now' },
    { at: '2026-04-13T00:00:00Z', left: 0, tone: 'bad', words: '2 days ago' },
  ]) {
    test(`on ${at} is ${left} of it, ${tone}, and ends ${words}`, () => {
      now.value = new Date(at)
      using scene = drawInDocument(<LifeBar notBefore={NOT_BEFORE} notAfter={NOT_AFTER} />)
      const bar = screen.getByRole('progressbar', { name: 'Ends' })
      expect(Number(bar.getAttribute('value'))).toBeCloseTo(left)
      expect(bar.classList.contains(tone)).toBe(true)
      expect(scene.text()).toBe(words)
    })
  }
})

test('a life of no length is over', () => {
  using _ = drawInDocument(<LifeBar notBefore={NOT_BEFORE} notAfter={NOT_BEFORE} />)
  expect(screen.getByRole('progressbar').classList.contains('bad')).toBe(true)
})
