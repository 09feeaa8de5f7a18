import type { CheckName } from '../../check-name.ts'
import type { FindingStatus } from '../../finding.ts'
import type { Texts } from '../language.ts'

/** What the hub looks at when it is asked how it, or a device, does. */
export const CHECK_TEXT = {
  en: {
    backup: 'Backup',
    ca_certificate: 'Certificate of the CA',
    ca_key: 'Key of the CA',
    certificate: 'Certificate',
    clock: 'Clock',
    database: 'Database',
    disk: 'Disk',
    file_handles: 'File handles',
    https_certificate: 'Certificate of HTTPS',
    login: 'Login',
    mqtt_database: 'Database of MQTT',
    mqtts_certificate: 'Certificate of MQTT',
    ports: 'Ports',
    refusals: 'Refusals',
    revocation_list: 'Revocation list',
    server_certificate: 'Certificate of the hub',
    server_names: 'Names of the hub',
    session: 'Connection',
    state: 'State',
    store_bytes: 'Message store',
  },
  ru: {
    backup: 'Резервная копия',
    ca_certificate: 'Сертификат ЦС',
    ca_key: 'Ключ ЦС',
    certificate: 'Сертификат',
    clock: 'Часы',
    database: 'База данных',
    disk: 'Диск',
    file_handles: 'Дескрипторы файлов',
    https_certificate: 'Сертификат HTTPS',
    login: 'Вход',
    mqtt_database: 'База данных MQTT',
    mqtts_certificate: 'Сертификат MQTT',
    ports: 'Порты',
    refusals: 'Отказы',
    revocation_list: 'Список отозванных',
    server_certificate: 'Сертификат хаба',
    server_names: 'Имена хаба',
    session: 'Подключение',
    state: 'Состояние',
    store_bytes: 'Хранилище сообщений',
  },
} as const satisfies Texts<Readonly<Record<CheckName, string>>>

/** How a check ended. */
export const CHECK_STATUS_TEXT: Texts<Readonly<Record<FindingStatus, string>>> = {
  en: { ok: 'in order', note: 'note', warning: 'warning', failed: 'fault' },
  ru: { ok: 'в порядке', note: 'заметка', warning: 'внимание', failed: 'ошибка' },
}
