import { inBackground, repeat } from './app-background.ts'
import { openExpiryWatch } from './app-expiry.ts'
import type { Pki } from './app-pki.ts'
import { answerRenewals, type RenewalParts } from './app-renewal.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Clock } from './clock.ts'
import type { Database } from './db/database.ts'
import { keepWrites } from './db/kept-writes.ts'
import { createRotationStore } from './db/rotation-store.ts'
import type { EventFeed } from './events.ts'
import type { AuditTrail } from './registry/audit/audit-trail.ts'
import type { ExpiryWatch } from './registry/expiry/expiry-watch.ts'
import type { Registry, Stores } from './registry/registry.ts'
import { topicsOf } from './registry/renewal/renewal-topics.ts'
import type { RenewalPolicy } from './registry/renewals.ts'
import type { Fleet } from './registry/rotation/ports.ts'
import { RotationRun } from './registry/rotation/rotation-run.ts'
import { createRotations, type Rotations } from './registry/rotation/rotations.ts'

export interface FleetParts extends RenewalParts {
  readonly database: Database
  readonly stores: Pick<Stores, 'devices' | 'certificates' | 'transaction'> & { readonly audit: AuditTrail }
  readonly pki: Pki
  readonly registry: Pick<Registry, 'renewals' | 'revocations'>
  readonly broker: RenewalParts['broker'] & Pick<MqttBroker, 'sessionList'>
  readonly events: EventFeed
  readonly clock: Clock
}

/** How the certificates of a fleet are kept from ending all at once, or unseen. */
export interface FleetCare {
  readonly expiry: ExpiryWatch
  readonly rotations: Rotations
  /** What is due by the clock. */
  sweep(): Promise<void>
}

const TURN_MS = 1000

/** Asked before there is a broker: the registry is made first. */
export function readRotations(database: Database): RenewalPolicy['isAsked'] {
  const store = createRotationStore(database)
  return ({ subjectId, createdAt }) => store.asks(subjectId, createdAt)
}

export function openFleetCare(parts: FleetParts, stack: AsyncDisposableStack): FleetCare {
  const { database, stores, broker, registry, events, clock, logger } = parts
  answerRenewals(parts, stack)
  const end = new AbortController()
  stack.defer(() => end.abort())
  const store = keepWrites(stores.transaction, createRotationStore(database), ['insert', 'setState'])
  const fleet = readFleet(stores)
  const rotations = createRotations({ store, fleet, events, clock, signal: end.signal })
  const run = new RotationRun({
    store,
    fleet,
    line: {
      listenerOf: (id) =>
        broker.sessionList.findListener({ kind: 'device', id }, (identity) => topicsOf(identity)?.renew),
      tell: (topic, payload) => broker.publish({ topic, payload, qos: 1, retain: false }),
    },
    revocations: registry.revocations,
    audit: stores.audit,
    events,
    clock,
  })
  repeat(stack, TURN_MS, () => void inBackground(run.turn(), logger))
  const expiry = openExpiryWatch(parts)
  inBackground(rotations.resumeGathering(), logger)
  return { expiry, rotations, sweep: async () => void (await Promise.all([expiry.check(), run.turn()])) }
}

function readFleet({ devices, certificates }: FleetParts['stores']): Fleet {
  return {
    listDevices(after, limit, { deviceId, userId }) {
      if (deviceId !== undefined) {
        const device = devices.find(deviceId)
        const isMeant = device?.id === deviceId && deviceId > after && (userId ?? device.userId) === device.userId
        return isMeant ? [deviceId] : []
      }
      const owner = userId === undefined ? {} : { userId }
      return devices.list({ limit, ...(after === '' ? {} : { after }), ...owner }).items.map(({ id }) => id)
    },
    certificatesOf: (deviceId) => certificates.listOf('device', deviceId),
  }
}
