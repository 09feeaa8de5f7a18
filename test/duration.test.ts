import { describe, expect, test } from 'vitest'
import { formatDuration, readDuration } from '../src/duration.ts'

describe('durations are written in the largest unit that fits', () => {
  for (const { text, seconds } of [
    { text: '7d', seconds: 604_800 },
    { text: '12h', seconds: 43_200 },
    { text: '5m', seconds: 300 },
    { text: '90s', seconds: 90 },
    { text: '0', seconds: 0 },
  ]) {
    test(`${text} is ${seconds} seconds`, () => {
      expect(readDuration(text)).toBe(seconds)
      expect(formatDuration(seconds)).toBe(text)
    })
  }
})

test('a year is 365 days', () => expect(readDuration('2 y')).toBe(2 * 365 * 86_400))
