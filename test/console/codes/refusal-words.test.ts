import { afterEach, describe, expect, test } from 'vitest'
import { tellCause, tellMend } from '../../../src/console/codes/refusal-words.ts'
import { language } from '../../../src/console/language.ts'
import { REFUSAL_MENDS, type RefusalCause } from '../../../src/refusal.ts'

afterEach(() => {
  language.value = 'en'
})

// Settings and commands with their options: what is typed, and so is no word of a language.
const TYPED = /\bsignet [a-z-]+|\b[a-z-]+ (?:ID|NAME|FINGERPRINT)\b|\b[a-z]+(?:_[a-z]+)*\.[a-z][a-z_]*|--[a-z]+/g

describe('what mends a refusal', () => {
  for (const [cause, mend] of Object.entries(REFUSAL_MENDS) as [RefusalCause, string][]) {
    test(`${cause} names in Russian what it names in English`, () => {
      language.value = 'ru'
      const told = tellMend({ cause, mend })
      expect(told).toMatch(/[а-я]/)
      for (const [typed] of mend.matchAll(TYPED)) expect(told, typed).toContain(typed)
    })
  }

  test('is in English what the hub says', () => {
    expect(tellMend({ cause: 'flapping', mend: 'Find out why.' })).toBe('Find out why.')
  })

  test('is what the hub says where this console knows no better', () => {
    language.value = 'ru'
    expect(tellMend({ cause: 'moon_wrong', mend: 'Wait.' })).toBe('Wait.')
    expect(tellCause('moon_wrong')).toBe('moon_wrong')
    expect(tellCause('constructor')).toBe('constructor')
  })
})
