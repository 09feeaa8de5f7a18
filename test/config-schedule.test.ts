import { describe, expect, test } from 'vitest'
import { isSchedule, nextRun } from '../src/config-schedule.ts'

describe('a schedule', () => {
  for (const { text, expected } of [
    { text: '24h', expected: true },
    { text: '60s', expected: true },
    { text: '59s', expected: false },
    { text: '0 3 * * *', expected: true },
    { text: '*/15 * * * *', expected: true },
    { text: '@daily', expected: true },
    { text: '@reboot', expected: false },
    { text: '2026-11-22T12:00:00', expected: false },
    { text: '61 3 * * *', expected: false },
    { text: 'daily', expected: false },
    { text: '* * * *', expected: false },
    { text: '', expected: false },
  ]) {
    test(`"${text}" ${expected ? 'is' : 'is not'} one`, () => expect(isSchedule(text)).toBe(expected))
  }
})

test('it is time again after so long', () => {
  expect(nextRun('90m', new Date('2026-11-22T12:00:00.000Z'))).toEqual(new Date('2026-11-22T13:30:00.000Z'))
})

test('it is time again at the next time of a cron expression, by the time zone of the machine', () => {
  const next = nextRun('30 3 * * *', new Date(2026, 10, 22, 3, 30))
  expect(next).toEqual(new Date(2026, 10, 23, 3, 30))
})
