import { afterEach, describe, expect, test } from 'vitest'
import { type Forms, LANGUAGES, type Language, language, type Texts } from '../../src/console/language.ts'

const FILES = import.meta.glob<Readonly<Record<string, unknown>>>('../../src/console/**/*-text.ts', { eager: true })
const FORMS = { en: ['one', 'other'], ru: ['few', 'many', 'one', 'other'] } satisfies Record<
  Language,
  readonly string[]
>

afterEach(() => {
  language.value = 'en'
})

describe('the texts of the console', () => {
  test('are found', () => expect(Object.keys(FILES).length).toBeGreaterThan(6))

  for (const [file, module] of Object.entries(FILES)) {
    for (const [name, texts] of Object.entries(module).filter(isTexts)) {
      describe(`${file.slice('../../src/console/'.length)} ${name}`, () => {
        test('have the same places in both languages', () => {
          expect(placesOf(texts.ru)).toEqual(placesOf(texts.en))
        })

        test('say something everywhere, in plain words', () => {
          for (const { place, sentence } of LANGUAGES.flatMap((of) => sentencesOf(texts, of))) {
            expect(sentence, place).toMatch(/\S/)
            expect(sentence, place).not.toMatch(/^\s|\s$|!|undefined|NaN|\[object|please|пожалуйста/i)
          }
        })

        test('say of what they are told the same in both languages', () => {
          expect(toldIn(texts, 'ru')).toEqual(toldIn(texts, 'en'))
        })

        test('have each form of a noun that the language has (CLDR)', () => {
          for (const of of LANGUAGES) {
            for (const { place, value } of leavesOf(texts[of])) {
              if (isForms(value)) expect(Object.keys(value).sort(), `${of} ${place}`).toEqual(FORMS[of])
            }
          }
        })
      })
    }
  }
})

interface Leaf {
  /** The keys that lead to it. */
  readonly place: string
  readonly value: unknown
}

function isTexts(entry: [string, unknown]): entry is [string, Texts<unknown>] {
  const [, value] = entry
  return isRecord(value) && LANGUAGES.every((name) => name in value)
}

function isForms(value: unknown): value is Forms {
  return isRecord(value) && 'one' in value && 'other' in value
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function leavesOf(texts: unknown, place = ''): readonly Leaf[] {
  if (!isRecord(texts) || isForms(texts)) return [{ place, value: texts }]
  return Object.entries(texts).flatMap(([key, value]) => leavesOf(value, `${place}.${key}`))
}

function placesOf(texts: unknown): readonly string[] {
  return leavesOf(texts)
    .map(({ place, value }) => `${place}: ${typeof value}`)
    .sort()
}

/** Each as it is said of `71`, `72` and so on; of what has properties it is said as of `71.name`. */
function sentencesOf(texts: Texts<unknown>, of: Language) {
  language.value = of
  return leavesOf(texts[of]).flatMap(({ place, value }) =>
    said(value).map((sentence) => ({ place: `${of} ${place}`, sentence })),
  )
}

function said(value: unknown): readonly string[] {
  if (isForms(value)) return Object.values(value)
  if (typeof value !== 'function') return [String(value)]
  return [String(value(...Array.from({ length: value.length }, (_, index) => sample(`${71 + index}`))))]
}

function sample(name: string): unknown {
  const get = (_: object, key: string | symbol): unknown => {
    if (key === Symbol.toPrimitive || key === 'join') return () => name
    return key === 'length' ? 1 : sample(`${name}.${String(key)}`)
  }
  return new Proxy({}, { get })
}

function toldIn(texts: Texts<unknown>, of: Language) {
  const told = ({ place, sentence }: { readonly place: string; readonly sentence: string }) => ({
    place: place.slice(of.length + 1),
    told: [...new Set(sentence.match(/\b7\d(?:\.\w+)*/g))].sort(),
  })
  return sentencesOf(texts, of)
    .map(told)
    .filter((entry) => entry.told.length > 0)
}
