import { setImmediate as nextTurn } from 'node:timers/promises'
import { Aedes } from 'aedes'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { BoundReports } from '../bound-reports.ts'
import type { Connection } from '../connection.ts'
import type { DeliveryLimits } from '../delivery/delivery.ts'
import { publishLeftWills } from '../delivery/left-wills.ts'
import type { Losses } from '../delivery/losses.ts'
import type { Message } from '../delivery/message.ts'
import type { MessageFeed } from '../delivery/message-feed.ts'
import type { DeliveryStores } from '../delivery/ports.ts'
import type { Session } from '../delivery/session.ts'
import type { Owners, Sessions } from '../delivery/sessions.ts'
import type { FlappingBans } from '../flapping.ts'
import { type FrameViolation, guardFrames } from '../frame-meter.ts'
import type { AccessRules, PeerDirectory } from '../ports.ts'
import type { ReadingLimits } from '../reading-budget.ts'
import { createPace } from '../reading-pace.ts'
import { type Figures, readFigures } from '../status/figures.ts'
import { startTelling } from '../status/telling.ts'
import type { Traffic } from '../traffic.ts'
import { openArrival, prepareConnect } from './arrival.ts'
import {
  dropDenied,
  hasTakenLeave,
  hearOfClose,
  internalsOf,
  refuseMalformed,
  registerTheLivingOnly,
  restartKeepAlive,
  storeGrantedOnly,
} from './corrections.ts'
import { DeliveryState, PRESENT } from './delivery-state.ts'
import { createParts, type Parts } from './engine-parts.ts'
import { openFastPath } from './fast-path.ts'

export interface AedesEngineOptions {
  readonly access: AccessRules
  readonly directory: Pick<PeerDirectory, 'identityOf'>
  readonly stores: DeliveryStores
  readonly owners: Owners
  readonly recordRefusal: RecordRefusal
  readonly feed: MessageFeed
  readonly reports: BoundReports
  readonly bans: Pick<FlappingBans, 'forbidsWill'>
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: EngineLimits
  readonly traffic: Traffic
  readonly status: StatusSettings
  /** Off, every packet goes through Aedes' parser and handlers; what clients see is the same. */
  readonly fastPath?: boolean
}

/** What the broker tells of itself under $SYS. */
export interface StatusSettings {
  readonly version: string
  /** How often. */
  readonly seconds: number
}

export interface EngineLimits extends DeliveryLimits, ReadingLimits {
  readonly packetBytes: number
  readonly connectSeconds: number
  readonly topicLevels: number
  readonly subscriptions: number
  readonly sessionSeconds: number
}

/** MQTT 3.1 and 3.1.1 as Aedes 1.x speaks it; everything that knows Aedes stands in this folder. */
export interface AedesEngine {
  /** Takes over a connection whose CONNECT was accepted; `bytes` begin with it. */
  serve(connection: Connection, bytes: Buffer): void
  readonly losses: Losses
  /** What has passed, and what there is now. */
  figures(): Promise<Figures>
  readonly stored: Pick<Sessions, 'find' | 'disconnectedAt'>
  /** What is owed to this connection's client; none before its CONNECT is worked on. */
  sessionOf(connection: Connection): Session | undefined
  /** As if a client had published it; calls back when PUBACK would be sent. */
  publish(message: Message, clientId: string, done: (error?: Error) => void): void
  /** Nothing is taken any more. */
  readonly isFinished: boolean
  forgetSession(clientId: string): Promise<void>
  /** Drops the sessions that nobody has come back for in time. */
  dropExpired(): void
  forgetRetained(topicFilter: string): Promise<void>
  /** What was taken is committed, and its acknowledgement on its way; nothing is taken any more. */
  finish(): Promise<void>
  close(): Promise<void>
}

// All that one read can hold may wait for CONNACK: 64 kB of two-byte packets.
const QUEUE_LIMIT = 32_768
// MQTT 3.1.1 has no way to announce a smaller window than its 16-bit packet identifiers.
const MAX_INFLIGHT_INBOUND = 65_535
const REPORT_MS = 60_000

export async function openAedesEngine(options: AedesEngineOptions): Promise<AedesEngine> {
  const { limits, stores, clock, fastPath = true } = options
  const parts = createParts(options)
  const { gatekeeper, delivery, bindings, emitter, publishing, wills, status, presence } = parts
  await publishLeftWills({
    stores,
    acceptance: delivery.acceptance,
    identityOf: options.directory.identityOf,
    mayPublish: (identity, topicName) => gatekeeper.mayPublishAs(identity, topicName),
  })
  const broker = await openBroker(options, parts)
  const reporting = setInterval(() => options.reports.sweep(), REPORT_MS)
  const pace = createPace(limits, clock, options.reports)
  const telling = startTelling(status, options.status.seconds * 1000, options.logger)
  const settled = (): Promise<void> =>
    new Promise((resolve, reject) => delivery.turn.settled((error) => (error ? reject(error) : resolve())))
  const settledOrLogged = (): Promise<void> =>
    settled().catch((error) => options.logger.error({ component: 'broker', err: error }, 'The last turn failed'))

  return {
    losses: delivery.losses,
    figures: async () => readFigures(delivery, await delivery.sessions.count()),
    stored: delivery.sessions,
    sessionOf: ({ socket: conn }) => bindings.of({ conn })?.session,
    publish: (message, clientId, done) => delivery.acceptance.accept(message, { clientId }, done),
    get isFinished() {
      return delivery.acceptance.isClosed
    },
    serve(connection, bytes) {
      const { socket } = connection
      gatekeeper.admit(connection)
      // Beneath the guard, which judges what is handed on.
      pace(connection, () => restartKeepAlive(client))
      const refuseFrame = (violation: FrameViolation): void => {
        gatekeeper.reportFrame(connection, violation)
        // Not within the read that found it, which Aedes is in the middle of.
        setImmediate(() => socket.destroy())
      }
      // Each frame is measured once: the fast path does it where it cuts them.
      if (!fastPath) guardFrames(socket, limits.packetBytes, refuseFrame, delivery.traffic)
      bindings.admit(connection)
      const client = broker.handle(socket)
      hearOfClose(client)
      refuseMalformed(client)
      if (fastPath) openArrival(client, { ...parts, ...limits })
      if (fastPath) openFastPath(client, { ...parts, ...limits }, refuseFrame)
      emitter.takeOver(client, (packet, done) => publishing.deliverRetained(client, packet, done))
      socket.once('close', () => {
        if (hasTakenLeave(client)) connection.takeLeave()
        bindings.leave(client)
        presence.leave(connection)
      })
      // Aedes first, then the bytes: in the other order it would wait for the next ones for ever.
      socket.unshift(bytes)
    },
    forgetSession(clientId) {
      delivery.sessions.drop(clientId)
      wills.forget(clientId)
      return settled()
    },
    dropExpired: () => delivery.sessions.dropExpired(new Date(clock().getTime() - limits.sessionSeconds * 1000)),
    forgetRetained(topicFilter) {
      delivery.retained.drop(topicFilter)
      return settled()
    },
    async finish() {
      clearInterval(reporting)
      telling[Symbol.dispose]()
      gatekeeper.suppressWills()
      delivery.acceptance.close()
      await settledOrLogged()
      // Some acknowledgements are written behind a promise of that turn.
      await nextTurn()
    },
    async close() {
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await settledOrLogged()
    },
  }
}

async function openBroker({ limits }: AedesEngineOptions, parts: Parts): Promise<Aedes> {
  const { gatekeeper, delivery, bindings, wills, emitter, publishing, status, presence } = parts
  const state = new DeliveryState(delivery, bindings, wills, status)
  storeGrantedOnly(state, (subscription) => gatekeeper.isGranted(subscription))
  const broker = await Aedes.createBroker({
    mq: emitter,
    persistence: state,
    connectTimeout: limits.connectSeconds * 1000,
    maxTopicLevels: limits.topicLevels,
    maxClientsIdLength: Number.MAX_SAFE_INTEGER,
    queueLimit: QUEUE_LIMIT,
    maxInflightInbound: MAX_INFLIGHT_INBOUND,
    preConnect(client, packet, callback) {
      callback(null, prepareConnect(client, packet, { gatekeeper, ...limits }))
    },
    authenticate: (client, _userName, _password, done) => bindings.authenticate(client, done),
    authorizePublish: (client, packet, callback) => publishing.authorize(client, packet, callback),
    authorizeSubscribe(client, subscription, callback) {
      const held = bindings.of(client)?.session.topicFilters
      const hasRoom = held !== undefined && (held.size < limits.subscriptions || held.has(subscription.topic))
      const isGranted = subscription !== PRESENT && gatekeeper.maySubscribe(client, subscription, hasRoom)
      callback(null, isGranted ? subscription : null)
    },
  })
  const internals = internalsOf(broker)
  internals.publish = (packet, client, done) => publishing.publish(packet, client, done)
  dropDenied(internals, (packet) => gatekeeper.isDenied(packet))
  registerTheLivingOnly(internals, (former, { clean }) =>
    gatekeeper.noteReason(former, clean ? 'discarded' : 'takenover'),
  )
  const unregister = internals.unregisterClient.bind(internals)
  internals.unregisterClient = (client) => {
    unregister(client)
    bindings.leave(client)
  }
  // Not "clientReady", which comes when the first SUBSCRIBE may have been answered.
  broker.on('connackSent', ({ returnCode }, client) => {
    if (returnCode !== 0) return
    bindings.attach(client)
    const served = gatekeeper.served(client)
    if (served) presence.arrive(served.connection)
  })
  // The second: before CONNACK.
  for (const event of ['clientError', 'connectionError'] as const)
    broker.on(event, (client, error) => gatekeeper.reportError(client, error))
  return broker
}
