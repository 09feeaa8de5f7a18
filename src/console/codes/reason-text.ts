import type { CutReason, DisconnectReason, RevocationReason } from '../../end-reason.ts'
import type { HubEvents } from '../../events.ts'
import type { Texts } from '../language.ts'

/** RFC 5280 §5.3.1. */
export const REVOCATION_TEXT = {
  en: {
    unspecified: 'no reason given',
    keyCompromise: 'the key may be known to others',
    affiliationChanged: 'the owner has changed',
    superseded: 'another has taken its place',
    cessationOfOperation: 'it is out of use',
    privilegeWithdrawn: 'the right was withdrawn',
    certificateHold: 'on hold',
  },
  ru: {
    unspecified: 'причина не названа',
    keyCompromise: 'ключ мог стать известен другим',
    affiliationChanged: 'сменился владелец',
    superseded: 'его заменил другой',
    cessationOfOperation: 'больше не используется',
    privilegeWithdrawn: 'право отозвано',
    certificateHold: 'приостановлен',
  },
} as const satisfies Texts<Readonly<Record<RevocationReason, string>>>

type PlainCut = Exclude<CutReason, `certificate revoked: ${RevocationReason}`>

/** Why a client went, or was sent away; a revocation is told with its own reason. */
export const LEAVING_TEXT = {
  en: {
    normal: 'the client closed the connection itself',
    kicked: 'the hub closed the connection',
    keepalive_timeout: 'nothing came from it within its keep-alive time',
    discarded: 'a newer connection began its session anew',
    takenover: 'a newer connection with the same client id took its place',
    tcp_closed: 'the connection broke',
    ssl_closed: 'the connection broke',
    not_reading: 'it did not take what was sent to it',
    protocol_error: 'it broke the MQTT protocol',
    internal_error: 'something failed in the hub',
    banned: 'an administrator banned it for a while',
    'client ids changed': 'its client ids were changed',
    'device removed or given to another user': 'it was deleted, or given to another user',
    'device suspended': 'it was suspended',
    'hub stopped': 'the hub was stopped',
    'import undone': 'the import that brought it was undone',
    'its client id was registered as another identity': 'its client id was registered as another identity',
    'its credential has expired': 'what it was let in by has expired',
    'its policy could not be read': 'its policy could not be read',
    'legacy password removed': 'its imported password was removed',
    'legacy password replaced': 'its imported password was replaced',
    'service removed or given to another user': 'it was deleted',
    'service suspended': 'it was suspended',
    'the CA of the certificate is no longer trusted': 'the CA of its certificate is trusted no more',
    'token revoked': 'its token was revoked',
    'what it has shown does not suffice any more': 'the hub asks for more than it has shown',
  },
  ru: {
    normal: 'клиент сам закрыл соединение',
    kicked: 'соединение закрыл хаб',
    keepalive_timeout: 'за время keep-alive от него ничего не пришло',
    discarded: 'новое подключение начало сессию заново',
    takenover: 'его сменило новое подключение с тем же client id',
    tcp_closed: 'связь оборвалась',
    ssl_closed: 'связь оборвалась',
    not_reading: 'клиент не принимал того, что ему отправлено',
    protocol_error: 'клиент нарушил протокол MQTT',
    internal_error: 'сбой в хабе',
    banned: 'администратор временно запретил вход',
    'client ids changed': 'изменены client id',
    'device removed or given to another user': 'устройство удалено или передано другому пользователю',
    'device suspended': 'устройство приостановлено',
    'hub stopped': 'хаб остановлен',
    'import undone': 'импорт отменён',
    'its client id was registered as another identity': 'его client id зарегистрирован за другим',
    'its credential has expired': 'срок сертификата или токена вышел',
    'its policy could not be read': 'не удалось прочитать политику',
    'legacy password removed': 'импортированный пароль удалён',
    'legacy password replaced': 'импортированный пароль заменён',
    'service removed or given to another user': 'сервис удалён',
    'service suspended': 'сервис приостановлен',
    'the CA of the certificate is no longer trusted': 'ЦС его сертификата больше не доверяем',
    'token revoked': 'токен отозван',
    'what it has shown does not suffice any more': 'хаб теперь требует большего, чем предъявлено',
  },
} as const satisfies Texts<Readonly<Record<DisconnectReason | PlainCut, string>>>

export const REVOKED_TEXT = {
  en: { revoked: (reason: string) => `its certificate was revoked (${reason})` },
  ru: { revoked: (reason: string) => `сертификат отозван (${reason})` },
}

/** Which bound has cost messages. */
export const LOSS_TEXT = {
  en: {
    queue_age: 'they waited for too long',
    queue_bytes: 'the queue was full (octets)',
    queue_messages: 'the queue was full (messages)',
    retained_bytes: 'too much is retained (octets)',
    retained_messages: 'too much is retained (messages)',
    session_expiry: 'the session ended',
    store_bytes: 'the store was full',
  },
  ru: {
    queue_age: 'ждали слишком долго',
    queue_bytes: 'очередь заполнена (байты)',
    queue_messages: 'очередь заполнена (сообщения)',
    retained_bytes: 'слишком много сохранённых сообщений (байты)',
    retained_messages: 'слишком много сохранённых сообщений (число)',
    session_expiry: 'сессия закончилась',
    store_bytes: 'хранилище заполнено',
  },
} as const satisfies Texts<Readonly<Record<HubEvents['message.dropped']['reason'], string>>>
