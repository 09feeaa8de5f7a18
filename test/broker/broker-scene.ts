import type { IConnectPacket, ISubscribePacket } from 'mqtt-packet'
import { type MqttBrokerOptions, openMqttBroker } from '../../src/broker/mqtt-broker.ts'
import { createConfig } from '../../src/config.ts'
import { brokerLimits } from '../../src/config-limits.ts'
import { openMqttDatabase } from '../../src/db/mqtt/mqtt-database.ts'
import { EventFeed } from '../../src/events.ts'
import { createLogger } from '../../src/logger.ts'
import type { Peer } from '../../src/peer-identity.ts'
import { createAccessPolicy } from '../../src/registry/access-policy.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import type { ClientIdClaim } from '../../src/registry/client-id.ts'
import { DEVICE_POLICY, type Policy } from '../../src/registry/policy.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { type DuplexClient, openDuplexClient } from '../support/duplex-client.ts'
import { LogSink } from '../support/log-sink.ts'
import { allowing } from './aedes/served-engine.ts'
import { connectFrame } from './connect-frame.ts'
import { admitting, createIncoming, createParty, type IncomingDouble, type Party } from './parties.ts'
import { createRecorder } from './recorder.ts'

export const DEVICE = createParty('device-001')
/** The same device with a newer certificate. */
export const ROTATED = createParty('device-001')
export const OTHER = createParty('device-002')
export const BACKEND = createParty('backend', 'service')
/** Whose policy lets it use any client id. */
export const GATEWAY = createParty('gateway')
export const STRANGER = createParty('stranger')
export const OWN = 'users/test-user/devices/device-001'

export interface Opened {
  readonly client: DuplexClient
  readonly incoming: IncomingDouble & { readonly closed: Promise<void> }
}

export interface SceneOptions {
  readonly connectSeconds?: number
  readonly flappingConnects?: number
  readonly admit?: MqttBrokerOptions['directory']['admit']
}

/** A broker that knows the parties above; `backend` may do anything and use any client id. */
export async function openBrokerScene({
  connectSeconds = 10,
  flappingConnects = 15,
  admit = admitting(DEVICE, ROTATED, OTHER, BACKEND, GATEWAY),
}: SceneOptions = {}) {
  const recorder = createRecorder()
  const log = new LogSink()
  const feed = new EventFeed()
  const events: Record<string, unknown>[] = []
  const arrivals = new Set<() => void>()
  for (const type of ['device.connected', 'device.disconnected', 'limit.reached'] as const) {
    feed.subscribe(type, (event) => {
      events.push({ type, ...event })
      for (const arrive of arrivals) arrive()
    })
  }
  const noted: Certificate[] = []
  const { now: clock, advance } = createTestClock()
  const stores = openMqttDatabase({ durability: 'process', clock })
  const broker = await openMqttBroker({
    directory: { admit, identityOf: () => undefined, noteConnection: (certificate) => void noted.push(certificate) },
    stores,
    clock,
    clientIds: { claim: ({ id }, clientId) => claim(id, clientId) },
    access: {
      policyOf: (identity) => createAccessPolicy(identity, [policyOf(identity.id)]),
    },
    recordRefusal: recorder.recordRefusal,
    events: feed,
    logger: createLogger({ level: 'info', format: 'json', stream: log }),
    limits: { ...brokerLimits(createConfig()), connectSeconds, flappingConnects },
    status: { version: '1.2.3', seconds: 10 },
  })

  function open(party: Party | undefined, protocolVersion = 4, address?: string): Opened {
    const client = openDuplexClient(protocolVersion)
    const peer: Peer = party?.peer ?? {}
    const incoming = createIncoming(client.hubEnd, peer, address)
    const closed = new Promise<void>((resolve) => client.hubEnd.once('close', () => setImmediate(resolve)))
    broker.accept(incoming, 'mqtts')
    return { client, incoming: Object.assign(incoming, { closed }) }
  }

  return {
    ...broker,
    recorder,
    log,
    events: events as readonly Readonly<Record<string, unknown>>[],
    noted: noted as readonly Certificate[],
    open,
    advance,
    async connect(party: Party, packet: Partial<IConnectPacket> = {}, address?: string) {
      const opened = open(party, 4, address)
      opened.client.send(connectFrame({ clientId: party.identity.id, ...packet }))
      return { ...opened, connack: await opened.client.next('connack') }
    },
    /** Resolves once so many events of this type have come. */
    async event(type: string, count = 1): Promise<void> {
      while (events.filter((event) => event['type'] === type).length < count) {
        await new Promise<void>((resolve) => arrivals.add(resolve))
      }
    },
  }
}

function policyOf(id: string): Policy {
  if (id === 'gateway') return { ...DEVICE_POLICY, clientId: 'any' }
  return id === 'backend' ? allowing('#') : DEVICE_POLICY
}

function claim(id: string, clientId: string): ClientIdClaim {
  if (clientId === id || clientId.startsWith(`${id}:`)) return 'own'
  return id === 'backend' || clientId === 'shared' ? 'free' : 'refused'
}

export function subscribe(topic: string): ISubscribePacket {
  return { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] }
}

/** With QoS 2, whose PUBREC follows when the message is stored and on its way. */
export async function taken(client: DuplexClient, topic: string, retain = false): Promise<void> {
  client.send({ cmd: 'publish', topic, payload: 'x', qos: 2, messageId: 1, retain, dup: false })
  await client.next('pubrec')
  client.send({ cmd: 'pubrel', messageId: 1 })
  await client.next('pubcomp')
}
