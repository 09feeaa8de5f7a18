import { parseAccept } from 'hono/utils/accept'

export type Language = 'ru' | 'en'

const MESSAGES = {
  certificate_revoked: { ru: 'Сертификат отозван', en: 'Certificate revoked' },
} as const satisfies Record<string, Record<Language, string>>

/** The message in the language the caller likes best; Russian, as the reference has it, when it names neither. */
export function messageIn(acceptLanguage: string | undefined, message: keyof typeof MESSAGES): string {
  return MESSAGES[message][preferredLanguage(acceptLanguage) ?? 'ru']
}

/** Undefined: it names neither. */
export function preferredLanguage(acceptLanguage: string | undefined): Language | undefined {
  return parseAccept(acceptLanguage ?? '')
    .filter(({ q }) => q > 0)
    .map(({ type }) => type.toLowerCase().replace(/-.*$/, ''))
    .find((language) => language === 'ru' || language === 'en')
}
