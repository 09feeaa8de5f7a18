import { Aedes } from 'aedes'
import type { Logger } from '../../logger.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { Connection } from '../connection.ts'
import { guardFrames } from '../frame-meter.ts'
import type { AccessRules } from '../ports.ts'
import { dropDenied, internalsOf, registerTheLivingOnly, storeGrantedOnly } from './corrections.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { forgetRetained, forgetSession } from './stored-state.ts'

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
  dropDenied(internals, (packet) => gatekeeper.isDenied(packet))
  storeGrantedOnly(internals.persistence, (subscription) => gatekeeper.isGranted(subscription))
  registerTheLivingOnly(internals)
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
