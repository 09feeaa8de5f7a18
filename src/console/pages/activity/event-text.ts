import type { HubEvents } from '../../../events.ts'
import type { Texts } from '../../language.ts'

/** What each type of event says, as a sentence. */
type EventLines = { readonly [Type in keyof HubEvents]: (event: HubEvents[Type]) => string }

const en: EventLines = {
  'device.connected': ({ kind, id, address }) => `${kind} ${id} connected from ${address}`,
  'device.disconnected': ({ kind, id, reason }) => `${kind} ${id} left: ${reason}`,
  'device.left': ({ kind, id, address }) => `${kind} ${id} came from ${address} and went without a CONNECT`,
  'identity.suspended': ({ kind, id }) => `${kind} ${id} was suspended`,
  'identity.resumed': ({ kind, id }) => `${kind} ${id} was resumed`,
  'connection.refused': ({ address, surface, cause }) => `${address} was refused on ${surface}: ${cause}`,
  'credential.expiring': ({ kind, id, endsAt }) => `the password of ${kind} ${id} ends ${endsAt}`,
  'certificate.expiring': ({ kind, id, days }) => `certificate of ${kind} ${id} ends, days left: ${days}`,
  'certificate.exchanged': ({ surface, fingerprint }) => `${surface} shows another certificate, ${fingerprint}`,
  'claim.created': ({ deviceId }) => `a claim link was made for device ${deviceId}`,
  'claim.used': ({ deviceId }) => `the claim link of device ${deviceId} was used`,
  'certificate.issued': ({ kind, id }) => `a certificate was issued to ${kind} ${id}`,
  'certificate.revoked': ({ kind, id, reason }) => `a certificate of ${kind} ${id} was revoked: ${reason}`,
  'certificate.released': ({ kind, id }) => `the hold on a certificate of ${kind} ${id} was ended`,
  'rotation.changed': ({ id, state }) => `rotation ${id} is ${state}`,
  'enrolment.requested': ({ id, address }) => `device ${id} asks from ${address} for its first certificate`,
  'enrolment.approved': ({ id }) => `the enrolment of device ${id} was approved`,
  'enrolment.rejected': ({ id }) => `the enrolment of device ${id} was rejected`,
  'backup.made': ({ fileName }) => `backup ${fileName} was made`,
  'backup.failed': ({ reason }) => `no backup could be made: ${reason}`,
  'authority.rotated': ({ fingerprint }) => `another CA issues now, ${fingerprint}`,
  'authority.retired': ({ fingerprint }) => `the CA before, ${fingerprint}, is trusted no more`,
  'authority.trusted': ({ fingerprint }) => `a CA of others is trusted, ${fingerprint}`,
  'authority.distrusted': ({ fingerprint }) => `a CA of others is trusted no more, ${fingerprint}`,
  'ca.locked': ({ cause }) => `the CA is locked, nothing is issued: ${cause}`,
  'ca.unlocked': () => 'the CA is unlocked, certificates are issued again',
  'configuration.reloaded': ({ applied, needsRestart }) =>
    `settings were read again; applied: ${listOf(applied)}; after a restart: ${listOf(needsRestart)}`,
  'message.dropped': ({ clientId, count, reason }) => `messages of ${clientId} dropped, ${count}: ${reason}`,
  'limit.reached': ({ limit, subject, count }) => `${subject} reached limits.${limit}, times: ${count}`,
  'emqx.disconnect_failed': ({ kind, id }) => `EMQX did not answer: ${kind} ${id} may still be connected there`,
  'identity.compromise_suspected': ({ kind, id, sign, action }) =>
    `${kind} ${id} may be in other hands (${sign}), what was done: ${action}`,
  'events.lost': ({ count }) => `events that could not be kept: ${count}`,
  'webhook.dead_lettered': ({ webhook, event }) => `webhook ${webhook} did not take ${event} in all its attempts`,
}

const KINDS: Readonly<Record<string, string>> = {
  device: 'устройство',
  service: 'сервис',
  anonymous: 'безымянный клиент',
  administrator: 'администратор',
  server: 'сервер',
  ca: 'CA',
}

const named = ({ kind, id }: { readonly kind: string; readonly id: string }): string => `${KINDS[kind] ?? kind} ${id}`

const ru: EventLines = {
  'device.connected': (event) => `${named(event)}: подключение с ${event.address}`,
  'device.disconnected': (event) => `${named(event)}: отключение, ${event.reason}`,
  'device.left': (event) => `${named(event)}: соединение с ${event.address} закрыто без CONNECT`,
  'identity.suspended': (event) => `${named(event)}: приостановка`,
  'identity.resumed': (event) => `${named(event)}: возобновление`,
  'connection.refused': ({ address, surface, cause }) => `${address}: отказ на ${surface}, ${cause}`,
  'credential.expiring': (event) => `${named(event)}: пароль действует до ${event.endsAt}`,
  'certificate.expiring': (event) => `${named(event)}: сертификат кончается, осталось дней: ${event.days}`,
  'certificate.exchanged': ({ surface, fingerprint }) => `${surface}: новый сертификат ${fingerprint}`,
  'claim.created': ({ deviceId }) => `устройство ${deviceId}: создана ссылка на сертификат`,
  'claim.used': ({ deviceId }) => `устройство ${deviceId}: ссылка на сертификат использована`,
  'certificate.issued': (event) => `${named(event)}: выпущен сертификат`,
  'certificate.revoked': (event) => `${named(event)}: сертификат отозван, ${event.reason}`,
  'certificate.released': (event) => `${named(event)}: приостановка сертификата снята`,
  'rotation.changed': ({ id, state }) => `ротация ${id}: ${state}`,
  'enrolment.requested': ({ id, address }) => `устройство ${id} просит первый сертификат, адрес ${address}`,
  'enrolment.approved': ({ id }) => `устройство ${id}: заявка одобрена`,
  'enrolment.rejected': ({ id }) => `устройство ${id}: заявка отклонена`,
  'backup.made': ({ fileName }) => `сделана резервная копия ${fileName}`,
  'backup.failed': ({ reason }) => `резервная копия не сделана: ${reason}`,
  'authority.rotated': ({ fingerprint }) => `сертификаты выпускает новый CA ${fingerprint}`,
  'authority.retired': ({ fingerprint }) => `прежнему CA ${fingerprint} больше не доверяем`,
  'authority.trusted': ({ fingerprint }) => `доверяем чужому CA ${fingerprint}`,
  'authority.distrusted': ({ fingerprint }) => `чужому CA ${fingerprint} больше не доверяем`,
  'ca.locked': ({ cause }) => `CA заперт, сертификаты не выпускаются: ${cause}`,
  'ca.unlocked': () => 'CA отперт, сертификаты снова выпускаются',
  'configuration.reloaded': ({ applied, needsRestart }) =>
    `настройки перечитаны; применены: ${listOf(applied)}; после перезапуска: ${listOf(needsRestart)}`,
  'message.dropped': ({ clientId, count, reason }) => `${clientId}: потеряно сообщений ${count}, ${reason}`,
  'limit.reached': ({ limit, subject, count }) => `${subject}: достигнут предел limits.${limit}, раз: ${count}`,
  'emqx.disconnect_failed': (event) => `EMQX не ответил, там на связи может остаться ${named(event)}`,
  'identity.compromise_suspected': (event) =>
    `${named(event)}: возможна утечка ключа (${event.sign}), принятая мера: ${event.action}`,
  'events.lost': ({ count }) => `не удалось сохранить событий: ${count}`,
  'webhook.dead_lettered': ({ webhook, event }) => `вебхук ${webhook} не принял ${event} ни с одной попытки`,
}

function listOf(keys: readonly string[]): string {
  return keys.length === 0 ? '–' : keys.join(', ')
}

export const EVENT_TEXT: Texts<EventLines> = { en, ru }
