import { Aedes } from 'aedes'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { Connection } from '../connection.ts'
import { createDelivery, type DeliveryLimits } from '../delivery/delivery.ts'
import { publishLeftWills } from '../delivery/left-wills.ts'
import type { DeliveryStores } from '../delivery/ports.ts'
import type { Owners } from '../delivery/sessions.ts'
import { type FrameViolation, guardFrames } from '../frame-meter.ts'
import type { AccessRules, PeerDirectory } from '../ports.ts'
import { Bindings } from './bindings.ts'
import { dropDenied, internalsOf, registerTheLivingOnly, storeGrantedOnly } from './corrections.ts'
import { DeliveryState, PRESENT } from './delivery-state.ts'
import { SubscriptionEmitter } from './emitter.ts'
import { openFastPath } from './fast-path.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { LiveWills } from './live-wills.ts'
import { Publishing } from './publishing.ts'

export interface AedesEngineOptions {
  readonly access: AccessRules
  readonly directory: Pick<PeerDirectory, 'identityOf'>
  readonly stores: DeliveryStores
  readonly owners: Owners
  readonly recordRefusal: RecordRefusal
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: EngineLimits
  /** Off, every packet goes through Aedes' parser and handlers; what clients see is the same. */
  readonly fastPath?: boolean
}

export interface EngineLimits extends DeliveryLimits {
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
  forgetSession(clientId: string): Promise<void>
  forgetRetained(topicFilter: string): Promise<void>
  close(): Promise<void>
}

// All that one read can hold may wait for CONNACK: 64 kB of two-byte packets.
const QUEUE_LIMIT = 32_768
// MQTT 3.1.1 has no way to announce a smaller window than its 16-bit packet identifiers.
const MAX_INFLIGHT_INBOUND = 65_535
const EXPIRY_SWEEP_MS = 60_000

export async function openAedesEngine(options: AedesEngineOptions): Promise<AedesEngine> {
  const { limits, stores, clock, fastPath = true } = options
  const parts = createParts(options)
  const { gatekeeper, delivery, bindings, emitter, publishing, wills } = parts
  await publishLeftWills({
    stores,
    acceptance: delivery.acceptance,
    identityOf: options.directory.identityOf,
    mayPublish: (identity, topicName) => gatekeeper.mayPublishAs(identity, topicName),
  })
  const broker = await openBroker(options, parts)
  const sweep = setInterval(
    () => delivery.sessions.dropExpired(new Date(clock().getTime() - limits.sessionSeconds * 1000)),
    EXPIRY_SWEEP_MS,
  )
  const settled = (): Promise<void> =>
    new Promise((resolve, reject) => delivery.turn.settled((error) => (error ? reject(error) : resolve())))

  return {
    serve(connection, bytes) {
      const { socket } = connection
      const refuseFrame = (violation: FrameViolation): void => {
        gatekeeper.reportFrame(connection, violation)
        // Not within the read that found it, which Aedes is in the middle of.
        setImmediate(() => socket.destroy())
      }
      gatekeeper.admit(connection)
      // Each frame is measured once: the fast path does it where it cuts them.
      if (!fastPath) guardFrames(socket, limits.packetBytes, refuseFrame)
      bindings.admit(connection)
      const client = broker.handle(socket)
      if (fastPath) openFastPath(client, { ...parts, ...limits }, refuseFrame)
      emitter.takeOver(client, (packet, done) => publishing.deliverRetained(client, packet, done))
      socket.once('close', () => bindings.leave(client))
      // Aedes first, then the bytes: in the other order it would wait for the next ones for ever.
      socket.unshift(bytes)
    },
    forgetSession(clientId) {
      delivery.sessions.drop(clientId)
      wills.forget(clientId)
      return settled()
    },
    forgetRetained(topicFilter) {
      delivery.retained.drop(topicFilter)
      return settled()
    },
    async close() {
      clearInterval(sweep)
      gatekeeper.suppressWills()
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await settled().catch((error) =>
        options.logger.error({ component: 'broker', err: error }, 'The last turn failed'),
      )
    },
  }
}

interface Parts {
  readonly gatekeeper: Gatekeeper
  readonly delivery: ReturnType<typeof createDelivery>
  readonly bindings: Bindings
  readonly wills: LiveWills
  readonly emitter: SubscriptionEmitter
  readonly publishing: Publishing
}

function createParts(options: AedesEngineOptions): Parts {
  const { stores, limits, logger } = options
  const gatekeeper = new Gatekeeper(options)
  const delivery = createDelivery({
    ...options,
    onLoss: (reason, clientId) => logger.debug({ component: 'broker', reason, clientId }, 'Dropped a message'),
  })
  const wills = new LiveWills(stores)
  const bindings = new Bindings(delivery, gatekeeper, wills)
  const emitter = new SubscriptionEmitter(delivery.sessions, bindings)
  const publishing = new Publishing({ delivery, bindings, gatekeeper, wills, topicLevels: limits.topicLevels })
  return { gatekeeper, delivery, bindings, wills, emitter, publishing }
}

async function openBroker({ limits }: AedesEngineOptions, parts: Parts): Promise<Aedes> {
  const { gatekeeper, delivery, bindings, wills, emitter, publishing } = parts
  const state = new DeliveryState(delivery, bindings, wills)
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
      const served = gatekeeper.served(client)
      // The client id was decided, or assigned, when the CONNECT was accepted.
      if (served) packet.clientId = served.session.clientId
      if (packet.will) gatekeeper.announceWill(client, packet.will.topic)
      callback(null, served !== undefined)
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
  registerTheLivingOnly(internals)
  const unregister = internals.unregisterClient.bind(internals)
  internals.unregisterClient = (client) => {
    unregister(client)
    bindings.leave(client)
  }
  // Not "clientReady", which comes when the first SUBSCRIBE may have been answered.
  broker.on('connackSent', ({ returnCode }, client) => {
    if (returnCode === 0) bindings.attach(client)
  })
  broker.on('clientError', (client, error) => gatekeeper.reportError(client, error))
  return broker
}
