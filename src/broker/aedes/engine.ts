import { Aedes, type Client, type PublishPacket, type Subscription } from 'aedes'
import type { Logger } from '../../logger.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { Connection } from '../connection.ts'
import { guardFrames } from '../frame-meter.ts'
import type { AccessRules } from '../ports.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { forgetRetained, forgetSession, type StoredState } from './stored-state.ts'

export interface AedesEngineOptions {
  readonly access: AccessRules
  readonly recordRefusal: RecordRefusal
  readonly logger: Logger
  readonly limits: { readonly packetBytes: number; readonly connectSeconds: number; readonly topicLevels: number }
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

export async function openAedesEngine({
  access,
  recordRefusal,
  logger,
  limits,
}: AedesEngineOptions): Promise<AedesEngine> {
  const gatekeeper = new Gatekeeper({ access, recordRefusal, logger })
  const broker = await Aedes.createBroker({
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
    authenticate: (client, _userName, _password, done) => done(null, gatekeeper.served(client) !== undefined),
    authorizePublish: (client, packet, callback) => callback(gatekeeper.judgePublish(client, packet)),
    authorizeSubscribe: (client, subscription, callback) =>
      callback(null, gatekeeper.maySubscribe(client, subscription) ? subscription : null),
    authorizeForward: (client, packet) => gatekeeper.judgeDelivery(client, packet),
  })
  const internals = internalsOf(broker)
  dropDenied(internals, gatekeeper)
  storeGrantedOnly(internals.persistence, gatekeeper)
  keepTheRegistered(internals)
  broker.on('clientError', (client, error) => gatekeeper.reportError(client, error))

  return {
    serve(connection, bytes) {
      const { socket } = connection
      gatekeeper.admit(connection)
      guardFrames(socket, limits.packetBytes, (violation) => {
        gatekeeper.reportFrame(connection, violation)
        // Not within the read that found it, which Aedes is in the middle of.
        setImmediate(() => socket.destroy())
      })
      broker.handle(socket)
      // Aedes first, then the bytes: in the other order it would wait for the next ones for ever.
      socket.unshift(bytes)
    },
    forgetSession: (clientId) => forgetSession(internals.persistence, clientId),
    forgetRetained: (topicFilter) => forgetRetained(internals.persistence, topicFilter),
    close() {
      gatekeeper.suppressWills()
      return new Promise((resolve) => broker.close(resolve))
    },
  }
}

/** What Aedes has and its declarations leave out; all of it is its own property and may be replaced. */
interface Internals {
  readonly persistence: StoredState
  readonly clients: Readonly<Record<string, Client>>
  publish: (packet: PublishPacket, client: unknown, done?: (error?: Error | null) => void) => void
  unregisterClient: (client: Client) => void
}

function internalsOf(broker: Aedes): Internals {
  return broker as unknown as Internals
}

/** A publish outside the policy was acknowledged by then, as a quiet answer to a noisy device; here it ends. */
function dropDenied(internals: Internals, gatekeeper: Gatekeeper): void {
  const publish = internals.publish.bind(internals)
  internals.publish = (packet, client, done) => {
    if (!gatekeeper.isDenied(packet)) return publish(packet, client, done)
    done?.(null)
  }
}

/** One SUBSCRIBE may mix granted and refused filters, and each is handed over with the whole list: each granted one is stored once. */
function storeGrantedOnly(persistence: StoredState, gatekeeper: Gatekeeper): void {
  const add = persistence.addSubscriptions.bind(persistence)
  const stored = new WeakSet<Subscription>()
  persistence.addSubscriptions = async (client, subscriptions) => {
    const fresh = subscriptions.filter(
      (subscription) => gatekeeper.isGranted(subscription) && !stored.has(subscription),
    )
    for (const subscription of fresh) stored.add(subscription)
    if (fresh.length > 0) await add(client, fresh)
  }
}

/** A second CONNECT of an id that is cut before it is registered must not unregister the first, which lives. */
function keepTheRegistered(internals: Internals): void {
  const unregister = internals.unregisterClient.bind(internals)
  internals.unregisterClient = (client) => {
    if (internals.clients[client.id] === client) unregister(client)
  }
}
