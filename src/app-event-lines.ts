import type { EventFeed, HubEvents, HubEventType } from './events.ts'
import { identityFields } from './log-fields.ts'
import type { Logger } from './logger.ts'

type Level = 'info' | 'warn'
type Fields = Readonly<Record<string, unknown>>
/** Its level, its component, its message, and what it says beside those. */
type Line<Type extends HubEventType> = readonly [Level, string, string, (event: HubEvents[Type]) => Fields]

/** None: the part that publishes it writes the line, and knows more of it. */
const WRITTEN_ELSEWHERE = undefined

const named = ({ kind, id, ...others }: { readonly kind: string; readonly id: string }): Fields => ({
  ...identityFields({ kind, id }),
  ...others,
})
const whole = (event: object): Fields => ({ ...event })

const LINES: { readonly [Type in HubEventType]: Line<Type> | undefined } = {
  'authority.distrusted': ['info', 'ca', 'CA distrusted', whole],
  'authority.retired': ['info', 'ca', 'CA retired', whole],
  'authority.rotated': ['info', 'ca', 'CA rotated', whole],
  'authority.trusted': ['info', 'ca', 'CA trusted', whole],
  'backup.failed': WRITTEN_ELSEWHERE,
  'backup.made': WRITTEN_ELSEWHERE,
  'ca.locked': WRITTEN_ELSEWHERE,
  'ca.unlocked': WRITTEN_ELSEWHERE,
  'certificate.exchanged': WRITTEN_ELSEWHERE,
  'certificate.expiring': WRITTEN_ELSEWHERE,
  'certificate.issued': ['info', 'registry', 'Certificate issued', named],
  'certificate.released': ['info', 'registry', 'Certificate released', named],
  'certificate.revoked': ['info', 'registry', 'Certificate revoked', named],
  'claim.created': ['info', 'registry', 'Claim created', ({ id, deviceId }) => ({ deviceId, claim: id })],
  'claim.used': ['info', 'registry', 'Claim used', ({ id, deviceId }) => ({ deviceId, claim: id })],
  'configuration.reloaded': WRITTEN_ELSEWHERE,
  'connection.refused': WRITTEN_ELSEWHERE,
  'credential.expiring': WRITTEN_ELSEWHERE,
  'device.connected': WRITTEN_ELSEWHERE,
  'device.disconnected': WRITTEN_ELSEWHERE,
  'device.left': WRITTEN_ELSEWHERE,
  'emqx.disconnect_failed': WRITTEN_ELSEWHERE,
  'enrolment.approved': ['info', 'registry', 'Enrolment approved', named],
  'enrolment.rejected': ['info', 'registry', 'Enrolment rejected', named],
  'enrolment.requested': ['info', 'registry', 'Enrolment requested', named],
  'events.lost': ['warn', 'events', 'Events were lost', whole],
  'identity.compromise_suspected': ['warn', 'registry', 'A key may be in two hands', named],
  'identity.resumed': ['info', 'registry', 'Identity resumed', named],
  'identity.suspended': ['info', 'registry', 'Identity suspended', named],
  'limit.reached': WRITTEN_ELSEWHERE,
  'message.dropped': WRITTEN_ELSEWHERE,
  'rotation.changed': ['info', 'registry', 'Rotation changed', ({ id, state }) => ({ rotation: id, state })],
  'webhook.dead_lettered': ['warn', 'webhooks', 'Delivery given up', whole],
}

/** One line of the log for each event that an operator would look for there. */
export function logEvents(events: EventFeed, logger: Pick<Logger, Level>): Disposable {
  return events.subscribeAll((type, event) => {
    const line = LINES[type] as Line<HubEventType> | undefined
    if (!line) return
    const [level, component, message, fieldsOf] = line
    logger[level]({ component, ...fieldsOf(event) }, message)
  })
}
