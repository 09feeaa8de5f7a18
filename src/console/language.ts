import { signal } from '@preact/signals'
import { readPreference, writePreference } from './preference.ts'

export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language that all texts are read in; a component that reads it is drawn anew when it changes. */
export const language = signal<Language>('en')

/** Takes the language that was chosen before, else the first of the browser's that there is, and marks the document with it. */
export function startLanguage(preferred: readonly string[]): void {
  const chosen = readPreference('language') ?? preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage)
  applyLanguage(isLanguage(chosen) ? chosen : 'en')
}

export function chooseLanguage(chosen: Language): void {
  writePreference('language', chosen)
  applyLanguage(chosen)
}

function applyLanguage(chosen: Language): void {
  language.value = chosen
  document.documentElement.lang = chosen
}

function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((name) => name === value)
}

/** What a file of texts holds: the same keys in both languages. */
export interface Texts<T> {
  readonly en: T
  readonly ru: T
}

/** The texts in the language that is chosen. */
export function read<T>(texts: Texts<T>): T {
  return texts[language.value]
}

/** Forms of a noun by number, as CLDR names them; Russian has `few` and `many`. */
export interface Forms {
  readonly one: string
  readonly few?: string
  readonly many?: string
  readonly other: string
}

/** Says of a text that it is the forms of a noun: both languages then agree, though they have not the same forms. */
export function forms(forms: Forms): Forms {
  return forms
}

/** A number with its noun: "2 devices", "5 устройств". */
export function counted(count: number, forms: Forms): string {
  const rule = new Intl.PluralRules(language.value).select(count)
  const form = (rule === 'one' || rule === 'few' || rule === 'many' ? forms[rule] : undefined) ?? forms.other
  return `${formatNumber(count)} ${form}`
}

export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value)
}
