import { beforeEach, describe, expect, test } from 'vitest'
import {
  cutMiddle,
  formatDay,
  formatDuration,
  formatMoment,
  formatOctets,
  formatRelative,
  formatTimeOfDay,
} from '../../src/console/format.ts'
import { language } from '../../src/console/language.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const SECOND = 1
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

beforeEach(() => {
  language.value = 'en'
})

describe('octets', () => {
  for (const { octets, expected } of [
    { octets: 0, expected: '0 B' },
    { octets: 1, expected: '1 B' },
    { octets: 1023, expected: '1,023 B' },
    { octets: 1024, expected: '1 KiB' },
    { octets: 1536, expected: '1.5 KiB' },
    { octets: 15.5 * 1024, expected: '16 KiB' },
    { octets: 1024 ** 2, expected: '1 MiB' },
    { octets: 3 * 1024 ** 3, expected: '3 GiB' },
    { octets: 2 * 1024 ** 4, expected: '2 TiB' },
    { octets: 5000 * 1024 ** 4, expected: '5,000 TiB' },
  ]) {
    test(`${octets} are ${expected}`, () => expect(formatOctets(octets)).toBe(expected))
  }

  test('are written as the language writes numbers', () => {
    language.value = 'ru'
    expect(formatOctets(1536)).toBe('1,5 КиБ')
  })
})

test('the time of day is short, by the clock of 24 hours', () => {
  expect(formatTimeOfDay(new Date(2026, 2, 1, 16, 5))).toBe('16:05')
  language.value = 'ru'
  expect(formatTimeOfDay(new Date(2026, 2, 1, 0, 0))).toBe('00:00')
})

describe('a time, told from now,', () => {
  for (const { seconds, far, en, ru } of [
    { seconds: 0, en: 'now', ru: 'сейчас' },
    { seconds: -14, en: 'now', ru: 'сейчас' },
    { seconds: 14, en: 'now', ru: 'сейчас' },
    { seconds: -15, en: '15 seconds ago', ru: '15 секунд назад' },
    { seconds: 59, en: 'in 59 seconds', ru: 'через 59 секунд' },
    { seconds: -MINUTE, en: '1 minute ago', ru: '1 минуту назад' },
    { seconds: 90, en: 'in 1 minute', ru: 'через 1 минуту' },
    { seconds: -HOUR, en: '1 hour ago', ru: '1 час назад' },
    { seconds: 23 * HOUR, en: 'in 23 hours', ru: 'через 23 часа' },
    { seconds: -DAY, en: 'Feb 28, 2026', ru: '28 февр. 2026 г.' },
    { seconds: -DAY, far: 'days', en: 'yesterday', ru: 'вчера' },
    { seconds: 80 * DAY, far: 'days', en: 'in 80 days', ru: 'через 80 дней' },
  ] as const) {
    test(`is ${en}${far ? ' in days' : ''}`, () => {
      const moment = new Date(NOW.getTime() + seconds * 1000)
      expect(formatRelative(moment, NOW, far)).toBe(en)
      language.value = 'ru'
      expect(formatRelative(moment, NOW, far)).toBe(ru)
    })
  }
})

describe('a duration', () => {
  for (const { seconds, en, ru } of [
    { seconds: 0, en: '0 seconds', ru: '0 секунд' },
    { seconds: 0.4, en: '0 seconds', ru: '0 секунд' },
    { seconds: 59, en: '59 seconds', ru: '59 секунд' },
    { seconds: MINUTE, en: '1 minute', ru: '1 минута' },
    { seconds: 2 * HOUR + 59 * MINUTE, en: '2 hours', ru: '2 часа' },
    { seconds: 4.9 * DAY, en: '4 days', ru: '4 дня' },
  ]) {
    test(`of ${seconds} s is ${en}`, () => {
      expect(formatDuration(seconds)).toBe(en)
      language.value = 'ru'
      expect(formatDuration(seconds)).toBe(ru)
    })
  }
})

test('a moment is exact to the second, and names its zone', () => {
  expect(formatMoment(NOW)).toMatch(/^\w{3} \d{1,2}, 2026, \d\d:\d\d:00 [AP]M \S+$/)
  language.value = 'ru'
  expect(formatMoment(NOW)).toMatch(/2026 г\., \d\d:\d\d:00 \S+$/)
})

test('a day is a day', () => {
  expect(formatDay(NOW)).toMatch(/^\w{3} \d{1,2}, 2026$/)
  language.value = 'ru'
  expect(formatDay(NOW)).toMatch(/^\d{1,2} \S+ 2026 г\.$/)
})

describe('what is too long', () => {
  for (const { text, length, expected } of [
    { text: 'board-1', length: undefined, expected: 'board-1' },
    { text: 'a'.repeat(20), length: undefined, expected: 'a'.repeat(20) },
    { text: '0123456789abcdefghijk', length: undefined, expected: '0123456789…cdefghijk' },
    { text: '0123456789', length: 5, expected: '01…89' },
    { text: '0123456789', length: 4, expected: '01…9' },
  ]) {
    test(`is cut to ${expected}`, () => {
      expect(cutMiddle(text, length)).toBe(expected)
      expect(cutMiddle(text, length).length).toBeLessThanOrEqual(length ?? 20)
    })
  }
})
