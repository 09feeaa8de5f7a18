import type { HubEvents } from '../../events.ts'
import type { Texts } from '../language.ts'

type Suspected = HubEvents['identity.compromise_suspected']

export const KIND_TEXT = {
  en: {
    device: 'device',
    service: 'service',
    anonymous: 'client without a name',
    administrator: 'administrator',
    server: 'server',
    ca: 'CA',
  },
  ru: {
    device: 'устройство',
    service: 'сервис',
    anonymous: 'безымянный клиент',
    administrator: 'администратор',
    server: 'сервер',
    ca: 'ЦС',
  },
} as const satisfies Texts<Readonly<Record<string, string>>>

export const ROTATION_TEXT = {
  en: { running: 'running', paused: 'paused', cancelled: 'ended', finished: 'finished' },
  ru: { running: 'идёт', paused: 'приостановлено', cancelled: 'прекращено', finished: 'закончено' },
} as const satisfies Texts<Readonly<Record<HubEvents['rotation.changed']['state'], string>>>

export const SIGN_TEXT = {
  en: {
    two_addresses: 'it was used from two addresses at once',
    key_reuse: 'another showed the same key',
    refusal_burst: 'it was refused again and again',
  },
  ru: {
    two_addresses: 'подключения сразу с двух адресов',
    key_reuse: 'тот же ключ предъявил другой',
    refusal_burst: 'много отказов подряд',
  },
} as const satisfies Texts<Readonly<Record<Suspected['sign'], string>>>

export const MEASURE_TEXT = {
  en: { told: 'nothing but this notice', suspended: 'suspended', revoked: 'certificates revoked' },
  ru: { told: 'только это извещение', suspended: 'приостановка', revoked: 'сертификаты отозваны' },
} as const satisfies Texts<Readonly<Record<Suspected['action'], string>>>
