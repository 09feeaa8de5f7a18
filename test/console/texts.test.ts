import { afterEach, describe, expect, test } from 'vitest'
import { language, type Texts } from '../../src/console/language.ts'

const FILES = import.meta.glob<Readonly<Record<string, unknown>>>('../../src/console/**/*-text.ts', { eager: true })
const FORMS = /\.(?:one|few|many|other)$/

afterEach(() => {
  language.value = 'en'
})

describe('the texts of the console', () => {
  test('are found', () => expect(Object.keys(FILES).length).toBeGreaterThan(6))

  for (const [file, module] of Object.entries(FILES)) {
    for (const [name, { en, ru }] of Object.entries(module).filter(isTexts)) {
      describe(`${file.slice('../../src/console/'.length)} ${name}`, () => {
        test('have the same places in both languages', () => {
          expect(placesOf(ru)).toEqual(placesOf(en))
        })

        test('say something everywhere, in plain words', () => {
          for (const [place, text] of [...sentencesOf('en', en), ...sentencesOf('ru', ru)]) {
            expect(text, place).toMatch(/\S/)
            expect(text, place).not.toMatch(/^\s|\s$|!|undefined|\[object|please|пожалуйста/i)
          }
        })

        test('say of what they are told the same in both languages', () => {
          expect(toldIn('ru', ru)).toEqual(toldIn('en', en))
        })

        test('have each form of a noun that the language has (CLDR)', () => {
          for (const [place, forms] of formsOf(en)) expect(forms, `en ${place}`).toEqual(['one', 'other'])
          for (const [place, forms] of formsOf(ru))
            expect(forms, `ru ${place}`).toEqual(['few', 'many', 'one', 'other'])
        })
      })
    }
  }
})

type Leaf = readonly [place: string, value: unknown]

function isTexts(entry: [string, unknown]): entry is [string, Texts<unknown>] {
  const [, value] = entry
  return typeof value === 'object' && value !== null && 'en' in value && 'ru' in value
}

/** Each text by the keys that lead to it. */
function leavesOf(texts: unknown, place = ''): readonly Leaf[] {
  if (typeof texts !== 'object' || texts === null) return [[place, texts]]
  return Object.entries(texts).flatMap(([key, value]) => leavesOf(value, `${place}.${key}`))
}

// Languages differ in the forms of a noun, and in nothing else.
function placesOf(texts: unknown): readonly string[] {
  const places = leavesOf(texts).map(([place, value]) => `${place.replace(FORMS, '')}: ${typeof value}`)
  return [...new Set(places)].sort()
}

function formsOf(texts: unknown): ReadonlyMap<string, readonly string[]> {
  const places = leavesOf(texts)
    .map(([place]) => place)
    .filter((place) => FORMS.test(place))
  const byNoun = Map.groupBy(places, (place) => place.replace(FORMS, ''))
  return new Map([...byNoun].map(([noun, all]) => [noun, all.map((place) => place.slice(noun.length + 1)).sort()]))
}

/** As it is said of `71`, `72` and so on. */
function sentencesOf(name: 'en' | 'ru', texts: unknown): readonly (readonly [string, string])[] {
  language.value = name
  return leavesOf(texts).map(([place, value]) => [
    `${name} ${place}`,
    String(typeof value === 'function' ? value(...samplesFor(value)) : value),
  ])
}

function samplesFor({ length }: { readonly length: number }): readonly string[] {
  return Array.from({ length }, (_, index) => `${71 + index}`)
}

function toldIn(name: 'en' | 'ru', texts: unknown): readonly unknown[] {
  language.value = name
  return leavesOf(texts).flatMap(([place, value]) => {
    if (typeof value !== 'function') return []
    const samples = samplesFor(value)
    const sentence = String(value(...samples))
    return [[place, samples.filter((sample) => sentence.includes(sample))]]
  })
}
