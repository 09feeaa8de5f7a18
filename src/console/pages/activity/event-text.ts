import type { HubEvents } from '../../../events.ts'
import { tellMeasure, tellRotation, tellSign, tellWho } from '../../codes/event-words.ts'
import { tellProblemCode } from '../../codes/problem-words.ts'
import { tellLeaving, tellLoss, tellRevocation } from '../../codes/reason-words.ts'
import { tellCause } from '../../codes/refusal-words.ts'
import { formatDay } from '../../format.ts'
import type { Texts } from '../../language.ts'

/** What each type of event says, as a sentence. */
type EventLines = { readonly [Type in keyof HubEvents]: (event: HubEvents[Type]) => string }

const en: EventLines = {
  'device.connected': (event) => `${tellWho(event)} connected from ${event.address}`,
  'device.disconnected': (event) => `${tellWho(event)} left: ${tellLeaving(event.reason)}`,
  'device.left': (event) => `${tellWho(event)} came from ${event.address} and went without a CONNECT`,
  'identity.suspended': (event) => `${tellWho(event)} was suspended`,
  'identity.resumed': (event) => `${tellWho(event)} was resumed`,
  'connection.refused': ({ address, surface, cause }) => `${address} was refused on ${surface}: ${tellCause(cause)}`,
  'credential.expiring': (event) => `the password of ${tellWho(event)} ends ${tellDay(event.endsAt)}`,
  'certificate.expiring': (event) => `certificate of ${tellWho(event)} ends, days left: ${event.days}`,
  'certificate.exchanged': ({ surface, fingerprint }) => `${surface} shows another certificate, ${fingerprint}`,
  'claim.created': ({ deviceId }) => `a claim link was made for device ${deviceId}`,
  'claim.used': ({ deviceId }) => `the claim link of device ${deviceId} was used`,
  'certificate.issued': (event) => `a certificate was issued to ${tellWho(event)}`,
  'certificate.revoked': (event) => `a certificate of ${tellWho(event)} was revoked: ${tellRevocation(event.reason)}`,
  'certificate.released': (event) => `the hold on a certificate of ${tellWho(event)} was ended`,
  'rotation.changed': ({ id, state }) => `rotation ${id} is ${tellRotation(state)}`,
  'enrolment.requested': ({ id, address }) => `device ${id} asks from ${address} for its first certificate`,
  'enrolment.approved': ({ id }) => `the enrolment of device ${id} was approved`,
  'enrolment.rejected': ({ id }) => `the enrolment of device ${id} was rejected`,
  'backup.made': ({ fileName }) => `backup ${fileName} was made`,
  'backup.failed': ({ reason }) => `no backup could be made: ${reason}`,
  'authority.rotated': ({ fingerprint }) => `another CA issues now, ${fingerprint}`,
  'authority.retired': ({ fingerprint }) => `the CA before, ${fingerprint}, is trusted no more`,
  'authority.trusted': ({ fingerprint }) => `a CA of others is trusted, ${fingerprint}`,
  'authority.distrusted': ({ fingerprint }) => `a CA of others is trusted no more, ${fingerprint}`,
  'ca.locked': ({ cause }) => `the CA is locked, nothing is issued: ${tellProblemCode(cause)}`,
  'ca.unlocked': () => 'the CA is unlocked, certificates are issued again',
  'configuration.reloaded': ({ applied, needsRestart }) =>
    `settings were read again; applied: ${listOf(applied)}; after a restart: ${listOf(needsRestart)}`,
  'message.dropped': ({ clientId, count, reason }) =>
    `messages of ${clientId} were lost, ${count}: ${tellLoss(reason)}`,
  'limit.reached': ({ limit, subject, count }) => `${subject} reached limits.${limit}, times: ${count}`,
  'emqx.disconnect_failed': (event) => `EMQX did not answer: ${tellWho(event)} may still be connected there`,
  'identity.compromise_suspected': (event) =>
    `${tellWho(event)} may be in other hands (${tellSign(event.sign)}), what was done: ${tellMeasure(event.action)}`,
  'events.lost': ({ count }) => `events that could not be kept: ${count}`,
  'webhook.dead_lettered': ({ webhook, name = webhook, event }) =>
    `webhook ${name} did not take ${event} in all its attempts`,
}

const ru: EventLines = {
  'device.connected': (event) => `${tellWho(event)}: подключение с ${event.address}`,
  'device.disconnected': (event) => `${tellWho(event)}: отключение, ${tellLeaving(event.reason)}`,
  'device.left': (event) => `${tellWho(event)}: соединение с ${event.address} закрыто без CONNECT`,
  'identity.suspended': (event) => `${tellWho(event)}: приостановка`,
  'identity.resumed': (event) => `${tellWho(event)}: возобновление`,
  'connection.refused': ({ address, surface, cause }) => `${address}: отказ на ${surface}: ${tellCause(cause)}`,
  'credential.expiring': (event) => `${tellWho(event)}: пароль действует до ${tellDay(event.endsAt)}`,
  'certificate.expiring': (event) => `${tellWho(event)}: сертификат кончается, осталось дней: ${event.days}`,
  'certificate.exchanged': ({ surface, fingerprint }) => `${surface}: новый сертификат ${fingerprint}`,
  'claim.created': ({ deviceId }) => `устройство ${deviceId}: создана ссылка на сертификат`,
  'claim.used': ({ deviceId }) => `устройство ${deviceId}: ссылка на сертификат использована`,
  'certificate.issued': (event) => `${tellWho(event)}: выпущен сертификат`,
  'certificate.revoked': (event) => `${tellWho(event)}: сертификат отозван, ${tellRevocation(event.reason)}`,
  'certificate.released': (event) => `${tellWho(event)}: приостановка сертификата снята`,
  'rotation.changed': ({ id, state }) => `обновление ${id}: ${tellRotation(state)}`,
  'enrolment.requested': ({ id, address }) => `устройство ${id} просит первый сертификат, адрес ${address}`,
  'enrolment.approved': ({ id }) => `устройство ${id}: заявка одобрена`,
  'enrolment.rejected': ({ id }) => `устройство ${id}: заявка отклонена`,
  'backup.made': ({ fileName }) => `сделана резервная копия ${fileName}`,
  'backup.failed': ({ reason }) => `резервная копия не сделана: ${reason}`,
  'authority.rotated': ({ fingerprint }) => `сертификаты выпускает новый ЦС ${fingerprint}`,
  'authority.retired': ({ fingerprint }) => `прежнему ЦС ${fingerprint} больше не доверяем`,
  'authority.trusted': ({ fingerprint }) => `доверяем чужому ЦС ${fingerprint}`,
  'authority.distrusted': ({ fingerprint }) => `чужому ЦС ${fingerprint} больше не доверяем`,
  'ca.locked': ({ cause }) => `ЦС заперт, сертификаты не выпускаются: ${tellProblemCode(cause)}`,
  'ca.unlocked': () => 'ЦС отперт, сертификаты снова выпускаются',
  'configuration.reloaded': ({ applied, needsRestart }) =>
    `настройки перечитаны; применены: ${listOf(applied)}; после перезапуска: ${listOf(needsRestart)}`,
  'message.dropped': ({ clientId, count, reason }) => `${clientId}: потеряно сообщений ${count}, ${tellLoss(reason)}`,
  'limit.reached': ({ limit, subject, count }) => `${subject}: достигнут предел limits.${limit}, раз: ${count}`,
  'emqx.disconnect_failed': (event) => `EMQX не ответил, там на связи может остаться ${tellWho(event)}`,
  'identity.compromise_suspected': (event) =>
    `${tellWho(event)}: возможна утечка ключа (${tellSign(event.sign)}), принятая мера: ${tellMeasure(event.action)}`,
  'events.lost': ({ count }) => `не удалось сохранить событий: ${count}`,
  'webhook.dead_lettered': ({ webhook, name = webhook, event }) =>
    `вебхук ${name} не принял ${event} ни с одной попытки`,
}

function listOf(keys: readonly string[]): string {
  return keys.length === 0 ? '–' : keys.join(', ')
}

export const EVENT_TEXT: Texts<EventLines> = { en, ru }

/** A hub of another version may say it otherwise: then as it says it. */
function tellDay(at: string): string {
  const day = new Date(at)
  return Number.isNaN(day.getTime()) ? at : formatDay(day)
}
