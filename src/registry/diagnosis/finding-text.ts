import type { ReadinessName } from '../../check-name.ts'
import type { FindingCode, FindingValues, FindingWords, ReadinessWarning } from '../../finding.ts'

const READINESS_MENDS: ReadonlyMap<string, string> = new Map<ReadinessName, string>([
  ['database', "data/hub.db does not answer: see the hub's log, and who else has it open"],
  ['store_bytes', 'the messages that wait fill limits.store_bytes: end sessions that do not fetch theirs, or raise it'],
  ['mqtt_database', "data/mqtt.db cannot be written: make room on the disk of data_dir, and see the hub's log"],
  ['file_handles', 'no file handles are left: raise "ulimit -n" (LimitNOFILE of the service)'],
])

const SEE_LOG = "see the hub's log"
const MEND_KEY = 'signet ca unlock, unless an HSM is away: that is tried again every 30 s'
const MEND_CLOCK =
  'set the clock of this machine (NTP); where it is right, it ran ahead when the certificate was made: before any device has one, move certs and data away and start again'
const MEND_CA = 'plan the change to a new CA: devices must learn to trust it before this one ends'
const MEND_SERVER = 'restart the hub: it renews its certificate at two thirds of its life; devices need nothing new'
const MEND_SILENT = "check its network, the hub's address and port, and the refusals of strangers: signet refusals"
const MEND_LEFT =
  'connect it to a name of the certificate (signet doctor lists them), or add the name to tls.server_names'

/** What the hub itself says of each finding; a console may say it in another language. */
export const FINDING_TEXT: FindingWords = {
  ready: () => ['ready'],
  not_ready: ({ check }) => ['not ready: /readyz is red', READINESS_MENDS.get(check) ?? SEE_LOG],
  backup_failed: () => ['The last backup failed: the log says why', SEE_LOG],
  backup_missing: () => ['No backup was made yet', SEE_LOG],
  backup_overdue: ({ at }) => [`The last backup is of ${at}`, SEE_LOG],
  ca_key_locked: () => ['The CA key is locked, and nothing is issued: signet ca show says why', MEND_KEY],
  ca_refused: () => ['Peers refuse what the CA signs, by its constraints: the log says why', SEE_LOG],
  crl_behind: () => ['The CRL may lack what was revoked since: it is signed when the CA key is unlocked', SEE_LOG],
  crl_unsigned: () => [
    'The CA may not sign CRLs (its keyUsage lacks cRLSign): clients refuse them, let those ask by OCSP',
    SEE_LOG,
  ],
  certificate_ending: ({ at }) => [`The certificate ends at ${at}: renew it`, SEE_LOG],
  certificate_early: ({ at }) => [`The certificate is valid from ${at} on: clients refuse it until then`, MEND_CLOCK],
  certificate_not_taken: () => ['A newer certificate could not be taken: the log says why', SEE_LOG],
  listening: ({ listeners }) => [`listening: ${listeners}`],
  clock: ({ now }) => [`it is ${now} by the hub's clock`],
  clock_early: ({ now, subject, notBefore }) => [
    `it is ${now} by the hub's clock, before ${subject} was made (${notBefore})`,
    MEND_CLOCK,
  ],
  ca_expired: ({ subject, at }) => [`${subject} expired at ${at}`, MEND_CA],
  ca_ends: ({ subject, at, days }) => [`${subject} ends in ${days} days, at ${at}`, MEND_CA],
  server_expired: ({ subject, at }) => [`${subject} expired at ${at}`, MEND_SERVER],
  server_ends: ({ subject, at, days }) => [`${subject} ends in ${days} days, at ${at}`, MEND_SERVER],
  names: ({ names }) => [tellNames(names)],
  names_alone: ({ names }) => [tellNames(names), 'set public_host if devices reach the hub by another name'],
  host_missing: ({ host, names }) => [
    `public_host ${host} is missing: ${tellNames(names)}`,
    'restart the hub, which puts public_host into its certificate, or correct public_host',
  ],
  disk: ({ free, total }) => [
    `${free} MiB of ${total} MiB are free where data_dir lies`,
    'make room: without it the hub acknowledges nothing new',
  ],
  nobody_refused: () => ['nobody was refused in the last day, as far as the hub has run'],
  lately_refused: ({ cause, count, whom, more, mend }) => [
    `${cause}, ${times(count)} in the last day: ${whom}${more > 0 ? ` and ${more} more` : ''}`,
    mend,
  ],
  active: ({ kind, id }) => [`${kind} ${id} is active`],
  suspended: ({ kind, id }) => [
    `${kind} ${id} is suspended`,
    kind === 'device' ? `signet device resume ${id}` : `PATCH /api/services/${id} {"state": "active"}`,
  ],
  suspected: ({ kind, id, at, sign, action }) => [
    `its key may be in two hands: ${sign} at ${at}, ${action}`,
    `find out who has it before it is let in again; a new key: signet ${kind} revoke ${id} --reason keyCompromise, then signet ${kind} add ${id}`,
  ],
  login: ({ name }) => [`${name} lets it in`],
  no_certificate: (party) => ['it has no certificate', mendIssue(party)],
  certificate_unfit: (values) => [
    `its newest certificate ${values.fingerprint} is ${values.state}${tellEnd(values)}`,
    CERTIFICATE_MENDS.get(values.state)?.(values.fingerprint) ?? mendIssue(values),
  ],
  certificate_active(values) {
    const { fingerprint, notAfter, days, firstSeenAt } = values
    const life = notAfter === undefined ? '' : ` for ${days} days, until ${notAfter}`
    const seen = firstSeenAt === undefined ? 'never seen' : `first seen ${firstSeenAt}`
    return [`${fingerprint} is active${life}, ${seen}`, mendIssue(values)]
  },
  connected: ({ clientId, address }) => [`connected as ${clientId} from ${address}`],
  silent: () => ['not connected, and nothing came from it since the hub started', MEND_SILENT],
  last_seen: ({ at }) => [`not connected: last seen at ${at}`, MEND_SILENT],
  left: ({ at }) => [`not connected: left at ${at}`, MEND_LEFT],
  away: ({ event, at, reason }) => [
    `not connected: ${event} at ${at}${reason === undefined ? '' : `, ${reason}`}`,
    'nothing was refused to it since: check the device and its network',
  ],
  refused({ at, address, count, cause, expected, isItself, mend }) {
    const claimed = isItself ? '' : ' (somebody who claimed to be it)'
    const wanted = expected === undefined ? '' : `; expected ${expected}`
    return [`refused from ${address}${claimed} at ${at}, ${times(count)}: ${cause}${wanted}`, mend]
  },
}

/** A warning of /readyz. */
export function createWarning<Code extends FindingCode>(code: Code, values: FindingValues[Code]): ReadinessWarning {
  const [detail] = FINDING_TEXT[code](values)
  return { code, values, detail }
}

function tellNames(names: string): string {
  return `the server certificate holds ${names}`
}

const CERTIFICATE_MENDS: ReadonlyMap<string, (fingerprint: string) => string> = new Map([
  ['pending', (fingerprint: string) => `signet certificate approve ${fingerprint}, or reject`],
  ['held', (fingerprint: string) => `signet certificate unhold ${fingerprint}, or revoke it`],
  ['not_yet_valid', () => "set the hub's clock, or that of the machine that issued it"],
])

function mendIssue({ kind, id }: FindingValues['active']): string {
  return `issue a new one and install it: signet ${kind} add ${id}`
}

function tellEnd({ revokedAt, revocationReason, notAfter }: FindingValues['certificate_unfit']): string {
  if (revokedAt) return ` since ${revokedAt} (${revocationReason ?? 'unspecified'})`
  return notAfter ? `, notAfter ${notAfter}` : ''
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
