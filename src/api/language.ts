import { parseAccept } from 'hono/utils/accept'

const MESSAGES = {
  certificate_revoked: { ru: 'Сертификат отозван', en: 'Certificate revoked' },
} as const satisfies Record<string, Record<'ru' | 'en', string>>

/** The message in the language the caller likes best; Russian, as the reference has it, when it names neither. */
export function messageIn(acceptLanguage: string | undefined, message: keyof typeof MESSAGES): string {
  const known = parseAccept(acceptLanguage ?? '')
    .filter(({ q }) => q > 0)
    .map(({ type }) => type.toLowerCase().replace(/-.*$/, ''))
    .find((language) => language === 'ru' || language === 'en')
  return MESSAGES[message][known ?? 'ru']
}
