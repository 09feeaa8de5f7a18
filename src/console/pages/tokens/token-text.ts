import type { Texts } from '../../language.ts'

const en = {
  state: 'State',
  isValid: 'valid',
  isRevoked: 'revoked',
  isExpired: 'expired',
  lastUsed: 'Last used',
  notUsed: 'not used yet',
  expires: 'Expires',
  endless: 'without end',
  end: 'End it',
  revoke: 'Revoke',
  fresh: 'A new token',
  lives: { '30': 'In 30 days', '90': 'In 90 days', '365': 'In a year', never: 'Never' },
  make: 'Make the token',
}

/** Of every token, whoever it lets in. */
export const TOKEN_TEXT: Texts<typeof en> = {
  en,
  ru: {
    state: 'Состояние',
    isValid: 'действует',
    isRevoked: 'отозван',
    isExpired: 'истёк',
    lastUsed: 'Последнее обращение',
    notUsed: 'ещё не было',
    expires: 'Срок',
    endless: 'бессрочно',
    end: 'Прекратить',
    revoke: 'Отозвать',
    fresh: 'Новый токен',
    lives: { '30': '30 дней', '90': '90 дней', '365': 'Год', never: 'Бессрочно' },
    make: 'Создать токен',
  },
}
