import type { HubEvents } from '../../events.ts'

// A record, so that the compiler misses none.
const TYPES: Readonly<Record<keyof HubEvents, true>> = {
  'device.connected': true,
  'device.disconnected': true,
  'device.left': true,
  'identity.suspended': true,
  'identity.resumed': true,
  'connection.refused': true,
  'credential.expiring': true,
  'certificate.expiring': true,
  'certificate.exchanged': true,
  'claim.created': true,
  'claim.used': true,
  'certificate.issued': true,
  'certificate.revoked': true,
  'certificate.released': true,
  'rotation.changed': true,
  'enrolment.requested': true,
  'enrolment.approved': true,
  'enrolment.rejected': true,
  'backup.made': true,
  'backup.failed': true,
  'authority.rotated': true,
  'authority.retired': true,
  'authority.trusted': true,
  'authority.distrusted': true,
  'ca.locked': true,
  'ca.unlocked': true,
  'configuration.reloaded': true,
  'message.dropped': true,
  'limit.reached': true,
  'emqx.disconnect_failed': true,
  'identity.compromise_suspected': true,
  'events.lost': true,
  'webhook.dead_lettered': true,
}

/** Every type that the stream of events may send. */
export const EVENT_TYPES: readonly string[] = Object.keys(TYPES)
