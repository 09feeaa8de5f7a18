import type { IConnectPacket } from 'mqtt-packet'
import { type EngineLimits, openAedesEngine } from '../../../src/broker/aedes/engine.ts'
import { BoundReports } from '../../../src/broker/bound-reports.ts'
import type { Connection } from '../../../src/broker/connection.ts'
import { MessageFeed } from '../../../src/broker/delivery/message-feed.ts'
import { FlappingBans } from '../../../src/broker/flapping.ts'
import { SessionOwners } from '../../../src/broker/session-owners.ts'
import { Traffic } from '../../../src/broker/traffic.ts'
import { createConfig } from '../../../src/config.ts'
import { brokerLimits } from '../../../src/config-limits.ts'
import { type MqttDatabase, openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import { EventFeed } from '../../../src/events.ts'
import { createLogger } from '../../../src/logger.ts'
import { createAccessPolicy } from '../../../src/registry/access-policy.ts'
import type { Identity } from '../../../src/registry/identity.ts'
import { DEVICE_POLICY, type Policy } from '../../../src/registry/policy.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'
import type { DuplexClient } from '../../support/duplex-client.ts'
import { LogSink } from '../../support/log-sink.ts'
import { connectFrame } from '../connect-frame.ts'
import { createParty, createSession, openConnection, type Party } from '../parties.ts'
import { createRecorder } from '../recorder.ts'

export const OWN = 'users/test-user/devices/device-001'

/** A policy that allows both directions on these filters. */
export function allowing(...topicFilters: readonly string[]): Policy {
  const rules = topicFilters.map(
    (topicFilter) => ({ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter }) as const,
  )
  return { name: 'allowing', rules, clientId: 'own' }
}

export interface ServedClient extends DuplexClient {
  readonly connection: Connection
}

export interface ServedEngineOptions extends Partial<EngineLimits> {
  /** Of an engine that has ended, as the next process would find it. */
  readonly stores?: MqttDatabase
}

const KEPT = ['queue', 'retained', 'sessions', 'incoming', 'subscriptions', 'wills']
const parties = new Map<string, Identity>()

/** An engine with the real gatekeeper and policies, whose clients are the other ends of streams in memory. */
export async function openServedEngine({ stores: given, ...limits }: ServedEngineOptions = {}) {
  const policies = new Map<string, readonly Policy[]>()
  const recorder = createRecorder()
  const { now: clock } = createTestClock()
  const stores = given ?? openMqttDatabase({ durability: 'process', clock })
  const logger = createLogger({ level: 'debug', format: 'json', stream: new LogSink() })
  const room = { isFull: false }
  const reports = new BoundReports({ events: new EventFeed(), logger })
  const bans = new FlappingBans(brokerLimits(createConfig()), clock)
  const engine = await openAedesEngine({
    access: { policyOf: (identity) => createAccessPolicy(identity, policies.get(identity.id) ?? [DEVICE_POLICY]) },
    recordRefusal: recorder.recordRefusal,
    logger,
    reports,
    bans,
    directory: { identityOf: (fingerprint) => parties.get(fingerprint) },
    stores: { ...stores, room },
    owners: new SessionOwners(),
    feed: new MessageFeed(() => undefined),
    clock,
    limits: { ...brokerLimits(createConfig()), ...limits },
    traffic: new Traffic(),
    status: { version: '1.2.3', seconds: 10 },
  })

  /** Says CONNECT, and whatever is piped behind it, as one whose CONNECT the broker has accepted. */
  function say(party: Party, packet: Partial<IConnectPacket> = {}, behind: Buffer = Buffer.alloc(0)): ServedClient {
    parties.set(party.certificate.fingerprint, party.identity)
    const { connection, client } = openConnection(party.peer)
    const { clientId = party.identity.id, clean = true } = packet
    connection.open(createSession(party, { clientId, cleanSession: clean }))
    engine.serve(connection, Buffer.concat([connectFrame({ clientId, ...packet }), behind]))
    return { ...client, connection }
  }

  // Between two turns: what is changed within one is rolled back with it.
  const settled = (): Promise<void> => new Promise((resolve) => stores.journal.settled(() => resolve()))

  return {
    ...engine,
    stores,
    settled,
    /** From now on nothing can be kept. */
    async fillDisk() {
      await settled()
      for (const table of KEPT)
        stores.database.sqlite.exec(
          `create trigger full_${table} before insert on ${table} begin select raise(abort, 'full'); end`,
        )
    },
    async makeRoom() {
      await settled()
      for (const table of KEPT) stores.database.sqlite.exec(`drop trigger full_${table}`)
    },
    /** Whether the store holds all that it may. */
    room,
    recorder,
    reports,
    bans,
    say,
    async connect(party: Party, packet: Partial<IConnectPacket> = {}) {
      const client = say(party, packet)
      const connack = await client.next('connack')
      return { ...client, connack }
    },
    /** A back end that sees and says everything. */
    async connectBackend(clean = true, clientId = 'backend') {
      const party = createParty('backend', 'service')
      policies.set('backend', [allowing('#')])
      const client = say(party, { clean, clientId })
      await client.next('connack')
      return client
    },
    setPolicies: (id: string, ...attached: readonly Policy[]) => void policies.set(id, attached),
    async [Symbol.asyncDispose]() {
      await engine.finish()
      await engine.close()
      stores[Symbol.dispose]()
    },
  }
}
