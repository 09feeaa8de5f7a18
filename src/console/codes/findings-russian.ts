import type { ReadinessName } from '../../check-name.ts'
import type { FindingValues, FindingWords } from '../../finding.ts'
import { formatMoment, formatOctets } from '../format.ts'
import { tellMeasure, tellSign } from './event-words.ts'
import { tellExpected } from './expected-words.ts'
import { tellLeaving, tellRevocation } from './reason-words.ts'
import { tellCause, tellMend } from './refusal-words.ts'

const READINESS_MENDS: Readonly<Record<string, string>> = {
  database: 'data/hub.db не отвечает: посмотрите лог хаба и кто ещё держит файл открытым',
  store_bytes:
    'ожидающие сообщения заполнили limits.store_bytes: закройте сессии, которые не забирают свои, или увеличьте предел',
  mqtt_database: 'в data/mqtt.db нельзя писать: освободите место на диске data_dir и посмотрите лог хаба',
  file_handles: 'кончились файловые дескрипторы: увеличьте ulimit -n (LimitNOFILE у сервиса)',
} satisfies Partial<Record<ReadinessName, string>>

const SEE_LOG = 'подробности в логе хаба'
const MEND_KEY = 'signet ca unlock; если нет HSM, хаб пробует снова каждые 30 с'
const MEND_CLOCK =
  'поставьте часы этой машины (NTP); если они верны, сертификат создан, когда они спешили: пока устройств нет, уберите certs и data и запустите хаб заново'
const MEND_CA = 'запланируйте переход на новый ЦС: устройства должны узнать его раньше, чем кончится этот'
const MEND_SERVER =
  'перезапустите хаб: он обновляет свой сертификат, когда проходят две трети срока; устройствам ничего не нужно'
const MEND_SILENT = 'проверьте сеть устройства, адрес и порт хаба и отказы неизвестным: signet refusals'
const MEND_LEFT =
  'подключайтесь по имени из сертификата (их показывает signet doctor) или добавьте имя в tls.server_names'

const MIB = 1024 * 1024

const KINDS = { device: 'Устройство', service: 'Сервис' }
const CERTIFICATE_STATES: Readonly<Record<string, string>> = {
  pending: 'ждёт решения',
  held: 'приостановлен',
  not_yet_valid: 'ещё не начал действовать',
  expired: 'истёк',
  revoked: 'отозван',
  superseded: 'заменён другим',
}

/** Findings as the hub's own sentences say them in English. */
export const FINDINGS_RUSSIAN: FindingWords = {
  ready: () => ['готово'],
  not_ready: ({ check }) => ['не готово: /readyz красный', READINESS_MENDS[check] ?? SEE_LOG],
  backup_failed: () => ['Последняя копия не удалась', SEE_LOG],
  backup_missing: () => ['Копий ещё не было', SEE_LOG],
  backup_overdue: ({ at }) => [`Последняя копия сделана ${tellTime(at)}`, SEE_LOG],
  ca_key_locked: () => ['Ключ ЦС заблокирован, сертификаты не выпускаются: причину скажет signet ca show', MEND_KEY],
  ca_refused: () => ['Клиенты отвергают то, что подписывает ЦС: так велят его ограничения', SEE_LOG],
  crl_behind: () => ['В CRL может не быть отозванного позже: он подписывается, когда ключ ЦС разблокирован', SEE_LOG],
  crl_unsigned: () => [
    'ЦС не вправе подписывать CRL (в keyUsage нет cRLSign): клиенты их отвергнут, пусть спрашивают по OCSP',
    SEE_LOG,
  ],
  certificate_ending: ({ at }) => [`Сертификат действует до ${tellTime(at)}: обновите его`, SEE_LOG],
  certificate_early: ({ at }) => [
    `Сертификат действует с ${tellTime(at)}: до тех пор клиенты его отвергнут`,
    MEND_CLOCK,
  ],
  certificate_not_taken: () => ['Более новый сертификат не принят', SEE_LOG],
  listening: ({ listeners }) => [`открыты: ${listeners}`],
  clock: ({ now }) => [`по часам хаба ${tellTime(now)}`],
  clock_early: ({ now, subject, notBefore }) => [
    `по часам хаба ${tellTime(now)}, а ${subject} создан ${tellTime(notBefore)}`,
    MEND_CLOCK,
  ],
  ca_expired: (values) => [tellExpired(values), MEND_CA],
  ca_ends: (values) => [tellLife(values), MEND_CA],
  server_expired: (values) => [tellExpired(values), MEND_SERVER],
  server_ends: (values) => [tellLife(values), MEND_SERVER],
  names: ({ names }) => [tellNames(names)],
  names_alone: ({ names }) => [
    tellNames(names),
    'задайте public_host, если устройства обращаются к хабу по другому имени',
  ],
  host_missing: ({ host, names }) => [
    `нет имени public_host ${host}: ${tellNames(names)}`,
    'перезапустите хаб, он внесёт public_host в сертификат, или исправьте public_host',
  ],
  disk: ({ free, total }) => [
    `там, где data_dir, свободно ${formatOctets(free * MIB)} из ${formatOctets(total * MIB)}`,
    'освободите место: без него хаб не подтверждает ничего нового',
  ],
  nobody_refused: () => ['за последние сутки, пока работает хаб, отказов не было'],
  lately_refused: ({ cause, count, whom, more, mend }) => [
    `${tellCause(cause)}, за последние сутки ×${count}: ${whom}${more > 0 ? ` и ещё ${more}` : ''}`,
    tellMend({ cause, mend }),
  ],
  active: ({ kind, id }) => [`${KINDS[kind]} ${id} действует`],
  suspended: ({ kind, id }) => [
    `${KINDS[kind]} ${id} не впускается: работа приостановлена`,
    kind === 'device' ? `signet device resume ${id}` : `PATCH /api/services/${id} {"state": "active"}`,
  ],
  suspected: ({ kind, id, at, sign, action }) => [
    `ключ мог попасть в чужие руки: ${tellSign(sign)} (${tellTime(at)}), принятая мера: ${tellMeasure(action)}`,
    `выясните, у кого он, прежде чем впускать снова; новый ключ: signet ${kind} revoke ${id} --reason keyCompromise, затем signet ${kind} add ${id}`,
  ],
  login: ({ name }) => [`впускает и без сертификата: ${name}`],
  no_certificate: (party) => ['сертификата нет', mendIssue(party)],
  certificate_unfit: (values) => [
    `новейший сертификат ${values.fingerprint} ${CERTIFICATE_STATES[values.state] ?? values.state}${tellEnd(values)}`,
    mendCertificate(values),
  ],
  certificate_active(values) {
    const { fingerprint, notAfter, days, firstSeenAt } = values
    const life = notAfter === undefined ? '' : ` ещё ${days} дн., до ${tellTime(notAfter)}`
    const seen = firstSeenAt === undefined ? 'ещё не показан' : `впервые показан ${tellTime(firstSeenAt)}`
    return [`${fingerprint} действует${life}, ${seen}`, mendIssue(values)]
  },
  connected: ({ clientId, address }) => [`на связи как ${clientId} с адреса ${address}`],
  silent: () => ['не на связи, и с запуска хаба ничего не приходило', MEND_SILENT],
  last_seen: ({ at }) => [`не на связи, последний раз ${tellTime(at)}`, MEND_SILENT],
  left: ({ at }) => [`не на связи: ${tellTime(at)} закончило TLS и ушло без CONNECT`, MEND_LEFT],
  away: ({ at, reason }) => [
    `не на связи с ${tellTime(at)}${reason === undefined ? '' : `: ${tellLeaving(reason)}`}`,
    'с тех пор отказов не было: проверьте устройство и его сеть',
  ],
  refused({ at, address, count, cause, expected, isItself, mend }) {
    const claimed = isItself ? '' : ' (кто-то под этим именем)'
    const wanted = expected === undefined ? '' : `; ожидалось: ${tellExpected(expected)}`
    return [
      `отказ адресу ${address}${claimed} ${tellTime(at)}, ×${count}: ${tellCause(cause)}${wanted}`,
      tellMend({ cause, mend }),
    ]
  },
}

function tellTime(at: string): string {
  return formatMoment(new Date(at))
}

function tellExpired({ subject, at }: FindingValues['ca_expired']): string {
  return `${subject}: срок кончился ${tellTime(at)}`
}

function tellLife({ subject, at, days }: FindingValues['ca_ends']): string {
  return `${subject}: ещё ${days} дн., до ${tellTime(at)}`
}

function tellNames(names: string): string {
  return `в сертификате хаба ${names}`
}

function mendCertificate(values: FindingValues['certificate_unfit']): string {
  const { state, fingerprint } = values
  if (state === 'pending') return `signet certificate approve ${fingerprint} или reject`
  if (state === 'held') return `signet certificate unhold ${fingerprint} или отзовите его`
  if (state === 'not_yet_valid') return 'поставьте часы хаба или машины, которая его выпустила'
  return mendIssue(values)
}

function mendIssue({ kind, id }: FindingValues['active']): string {
  return `выпустите новый и установите: signet ${kind} add ${id}`
}

function tellEnd({ revokedAt, revocationReason, notAfter }: FindingValues['certificate_unfit']): string {
  if (revokedAt) return ` ${tellTime(revokedAt)} (${tellRevocation(revocationReason ?? 'unspecified')})`
  return notAfter === undefined ? '' : `, срок до ${tellTime(notAfter)}`
}
