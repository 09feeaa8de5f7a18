import { beforeEach, describe, expect, test } from 'vitest'
import {
  chooseLanguage,
  counted,
  formatNumber,
  forms,
  language,
  read,
  startLanguage,
  type Texts,
} from '../../src/console/language.ts'

beforeEach(() => {
  localStorage.clear()
  startLanguage(['en'])
})

describe('the language', () => {
  for (const { preferred, remembered, expected } of [
    { preferred: [], expected: 'en' },
    { preferred: ['de-DE', 'fr'], expected: 'en' },
    { preferred: ['ru'], expected: 'ru' },
    { preferred: ['de-DE', 'RU-ru', 'en'], expected: 'ru' },
    { preferred: ['en-GB', 'ru'], expected: 'en' },
    { preferred: ['en'], remembered: 'ru', expected: 'ru' },
    { preferred: ['ru'], remembered: 'tlh', expected: 'en' },
  ]) {
    test(`of a browser of [${preferred}] that remembers ${remembered ?? 'none'} is ${expected}`, () => {
      if (remembered) localStorage.setItem('signet.language', remembered)
      startLanguage(preferred)
      expect(language.value).toBe(expected)
      expect(document.documentElement.lang).toBe(expected)
    })
  }

  test('stays as it was chosen', () => {
    chooseLanguage('ru')
    expect(document.documentElement.lang).toBe('ru')
    startLanguage(['en'])
    expect(language.value).toBe('ru')
  })

  test('is that in which texts are read', () => {
    const texts: Texts<{ readonly go: string }> = { en: { go: 'Continue' }, ru: { go: 'Дальше' } }
    expect(read(texts).go).toBe('Continue')
    chooseLanguage('ru')
    expect(read(texts).go).toBe('Дальше')
  })
})

describe('a number with its noun', () => {
  const english = forms({ one: 'device', other: 'devices' })
  const russian = forms({ one: 'устройство', few: 'устройства', many: 'устройств', other: 'устройства' })
  for (const { count, en, ru } of [
    { count: 0, en: '0 devices', ru: '0 устройств' },
    { count: 1, en: '1 device', ru: '1 устройство' },
    { count: 2, en: '2 devices', ru: '2 устройства' },
    { count: 5, en: '5 devices', ru: '5 устройств' },
    { count: 11, en: '11 devices', ru: '11 устройств' },
    { count: 21, en: '21 devices', ru: '21 устройство' },
    { count: 12_000, en: '12,000 devices', ru: '12\u00a0000 устройств' },
  ]) {
    test(`is ${en} and ${ru}`, () => {
      expect(counted(count, english)).toBe(en)
      chooseLanguage('ru')
      expect(counted(count, russian)).toBe(ru)
    })
  }

  test('falls back on what there is', () => {
    chooseLanguage('ru')
    expect(counted(5, english)).toBe('5 devices')
    expect(counted(1.5, russian)).toBe('2 устройства')
  })
})

test('a number has as many digits as are asked for, as the language writes them', () => {
  expect([formatNumber(1234.56), formatNumber(1234.56, 1)]).toEqual(['1,235', '1,234.6'])
  chooseLanguage('ru')
  expect(formatNumber(1234.56, 1)).toBe('1\u00a0234,6')
})
