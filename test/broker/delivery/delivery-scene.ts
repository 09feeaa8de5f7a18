import { type Packet, parser } from 'mqtt-packet'
import { createDelivery, type Delivery, type DeliveryLimits } from '../../../src/broker/delivery/delivery.ts'
import type { Message } from '../../../src/broker/delivery/message.ts'
import { MessageFeed } from '../../../src/broker/delivery/message-feed.ts'
import type { Link, Session } from '../../../src/broker/delivery/session.ts'
import { SessionOwners } from '../../../src/broker/session-owners.ts'
import { Traffic } from '../../../src/broker/traffic.ts'
import { createConfig } from '../../../src/config.ts'
import { brokerLimits } from '../../../src/config-limits.ts'
import { type MqttDatabase, openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import { createTestClock, type TestClock } from '../../../src/testing/test-clock.ts'

export const OWNER = { kind: 'device', id: 'device-001' } as const

export interface DeliveryScene extends Disposable, Delivery {
  readonly feed: MessageFeed
  readonly stores: MqttDatabase
  /** Full, or not, as a test says. */
  readonly room: { isFull: boolean }
  readonly owners: SessionOwners
  readonly clock: TestClock
  readonly losses: Delivery['losses']
  /** The end of a turn, told as its error. */
  settled(): Promise<Error | undefined>
  /** Publishes as somebody, and waits for what would be acknowledged. */
  publish(message: Partial<Message>): Promise<Error | undefined>
  /** A stored session that subscribes to everything. */
  openStored(clientId?: string): Session
  openClean(clientId?: string): Session
  /** The same store in the next process, which was told nothing of the end of the last. */
  restart(): DeliveryScene
  /** From now on no message can be queued, nor retained. */
  fillDisk(): void
  makeRoom(): void
}

export interface SceneOptions {
  readonly limits?: Partial<DeliveryLimits>
  readonly stores?: MqttDatabase
  readonly clock?: TestClock
}

export function openDeliveryScene({ limits, clock = createTestClock(), ...options }: SceneOptions = {}): DeliveryScene {
  const stores = options.stores ?? openMqttDatabase({ durability: 'process', clock: clock.now })
  const room = { isFull: false }
  const owners = new SessionOwners()
  const feed = new MessageFeed((error) => {
    throw error
  })
  const delivery = createDelivery({
    stores: { ...stores, room },
    owners,
    clock: clock.now,
    limits: { ...brokerLimits(createConfig()), ...limits },
    traffic: new Traffic(),
    onLoss: () => undefined,
    feed,
  })
  const settled = (): Promise<Error | undefined> => new Promise((resolve) => delivery.turn.settled(resolve))
  const subscribed = (session: Session): Session => {
    delivery.sessions.subscribe(session, '#', 2)
    return session
  }
  const { sqlite } = stores.database
  return {
    ...delivery,
    feed,
    stores,
    room,
    owners,
    clock,
    settled,
    publish: (message) =>
      new Promise((resolve) => delivery.acceptance.accept(createMessage(message), { clientId: 'publisher' }, resolve)),
    openStored: (clientId = 'device-001') => subscribed(delivery.sessions.openStored(clientId, OWNER).session),
    openClean: (clientId = 'device-001') => subscribed(delivery.sessions.openClean(clientId).session),
    restart: () => openDeliveryScene({ ...(limits ? { limits } : {}), clock, stores }),
    fillDisk() {
      for (const table of ['queue', 'retained', 'sessions', 'incoming', 'subscriptions'])
        sqlite.exec(`create trigger full_${table} before insert on ${table} begin select raise(abort, 'full'); end`)
    },
    makeRoom() {
      for (const table of ['queue', 'retained', 'sessions', 'incoming', 'subscriptions'])
        sqlite.exec(`drop trigger full_${table}`)
    },
    [Symbol.dispose]: () => stores[Symbol.dispose](),
  }
}

export function createMessage(message: Partial<Message> = {}): Message {
  return { topic: 'a', payload: Buffer.from('x'), qos: 1, retain: false, ...message }
}

export interface LinkDouble extends Link {
  isBehind: boolean
  mayRead: boolean
  /** What was sent, as a client reads it. */
  readonly packets: readonly Packet[]
  readonly payloads: readonly string[]
}

/** A connection in memory. */
export function createLink(): LinkDouble {
  const packets: Packet[] = []
  const incoming = parser({ protocolVersion: 4 })
  incoming.on('packet', (packet: Packet) => packets.push(packet))
  const link = {
    isBehind: false,
    mayRead: true,
    packets,
    get payloads() {
      return packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []))
    },
    mayReceive: () => link.mayRead,
    outbox: {
      send: (bytes: Buffer) => void incoming.parse(bytes),
      get isBehind() {
        return link.isBehind
      },
    },
  }
  return link
}
