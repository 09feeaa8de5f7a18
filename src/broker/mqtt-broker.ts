import type { Clock } from '../clock.ts'
import type { EventFeed } from '../events.ts'
import type { Logger } from '../logger.ts'
import type { RecordRefusal, Surface } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import { type EngineLimits, openAedesEngine } from './aedes/engine.ts'
import { encodeConnack, encodeUnsupportedVersionConnack, RETURN_CODE } from './connack.ts'
import { type ConnectRefusal, decideConnect } from './connect-decision.ts'
import { awaitConnect, type FirstFrame } from './connect-gate.ts'
import type { ConnectPacket } from './connect-packet.ts'
import { Connection, type IncomingConnection } from './connection.ts'
import type { DeliveryStores } from './delivery/ports.ts'
import type { AccessRules, ClientIdRule, PeerDirectory } from './ports.ts'
import { SessionOwners } from './session-owners.ts'
import { SessionRegistry } from './session-registry.ts'

export interface MqttBrokerOptions {
  readonly directory: PeerDirectory
  readonly clientIds: ClientIdRule
  readonly access: AccessRules
  readonly recordRefusal: RecordRefusal
  readonly events: EventFeed
  readonly logger: Logger
  readonly stores: DeliveryStores
  readonly clock: Clock
  readonly limits: EngineLimits & { readonly connectBytes: number }
  readonly fastPath?: boolean
}

export interface MqttBroker extends AsyncDisposable {
  /** Takes a connection in the tick of its handshake. */
  accept(incoming: IncomingConnection, surface: Surface): void
  readonly sessions: SessionRegistry
  /** Cuts what is live of this identity and drops what is stored for it. */
  forgetIdentity(kind: Identity['kind'], id: string, userId: string | undefined): Promise<void>
}

/** Opens the broker: handshakes come in, sessions live and end in it. */
export async function openMqttBroker(options: MqttBrokerOptions): Promise<MqttBroker> {
  const { directory, clientIds, recordRefusal, events, logger, limits } = options
  const sessions = new SessionRegistry()
  const owners = new SessionOwners()
  const engine = await openAedesEngine({ ...options, owners })

  return {
    sessions,
    accept,
    async forgetIdentity(kind, id, userId) {
      const cut = sessions.cutIdentity(kind, id, `${kind} removed or given to another user`)
      const forgotten = owners.clientIdsOf({ kind, id }).map((clientId) => engine.forgetSession(clientId))
      await Promise.all([cut, ...forgotten])
      if (userId !== undefined) await engine.forgetRetained(`users/${userId}/devices/${id}/#`)
    },
    async [Symbol.asyncDispose]() {
      await engine.close()
      await sessions.cutEverything('hub stopped')
    },
  }

  function accept(incoming: IncomingConnection, surface: Surface): void {
    const connection = new Connection(incoming, surface)
    // Known from the handshake on: a revocation reaches it before it has said anything.
    sessions.add(connection)
    const gate = { maxBytes: limits.connectBytes, deadlineMs: limits.connectSeconds * 1000 }
    awaitConnect(connection.socket, gate, (frame) => enter(connection, frame))
  }

  /** What fails behind it, a database above all, costs this connection alone. */
  function enter(connection: Connection, frame: FirstFrame): void {
    if (connection.cutReason !== undefined) return
    try {
      judge(connection, frame)
    } catch (error) {
      logger.error({ component: 'broker', err: error, address: connection.address }, 'A CONNECT could not be judged')
      connection.refuse(encodeConnack(RETURN_CODE.serverUnavailable))
    }
  }

  function judge(connection: Connection, frame: FirstFrame): void {
    if ('gone' in frame) return recordEarlyEnd(connection)
    if ('failure' in frame) {
      recordEarlyEnd(connection, frame.failure)
      return connection.refuse(undefined)
    }
    const { reading, bytes } = frame
    if (reading === 'version_5' || reading === 'version_unknown') return refuseVersion(connection, reading)
    decide(connection, reading, bytes)
  }

  function decide(connection: Connection, packet: ConnectPacket, bytes: Buffer): void {
    // Decided and admitted in one tick: no revocation can come between.
    const decision = decideConnect(packet, connection, { directory, clientIds, sessions, owners })
    if (!decision.accepted) return refuse(connection, decision.refusal)
    const { session, evicts } = decision
    const eviction = evicts ? evictHolder(session.clientId) : undefined
    sessions.open(connection, session)
    directory.noteConnection(session.certificate)
    announce(connection)
    if (eviction) void serveAfter(eviction, connection, bytes)
    else engine.serve(connection, bytes)
  }

  async function evictHolder(clientId: string): Promise<void> {
    await sessions.cutClientId(clientId, 'its client id was registered as another identity')
    await engine.forgetSession(clientId)
  }

  /** Nothing of the session before it may reach the new holder of a client id. */
  async function serveAfter(eviction: Promise<void>, connection: Connection, bytes: Buffer): Promise<void> {
    try {
      await eviction
    } catch (error) {
      logger.error({ component: 'broker', err: error }, 'A session could not be forgotten')
      return connection.refuse(encodeConnack(RETURN_CODE.serverUnavailable))
    }
    const isGone = connection.cutReason !== undefined || connection.socket.destroyed
    if (!isGone) engine.serve(connection, bytes)
  }

  function refuse(connection: Connection, refusal: ConnectRefusal): void {
    const { cause, returnCode, presented, expected } = refusal
    record(connection, cause, presented, expected)
    connection.refuse(encodeConnack(returnCode))
  }

  function refuseVersion(connection: Connection, reading: 'version_5' | 'version_unknown'): void {
    record(connection, 'protocol_version_unsupported', presentedBy(connection), 'MQTT 3.1.1')
    connection.refuse(
      reading === 'version_5'
        ? encodeUnsupportedVersionConnack()
        : encodeConnack(RETURN_CODE.unacceptableProtocolVersion),
    )
  }

  /** A peer that would have been refused may leave, or fail, before it says CONNECT: what it is then told is the deeper cause. */
  function recordEarlyEnd(connection: Connection, failure?: ConnectRefusal['cause']): void {
    const admission = directory.admit(connection.peer)
    if (!admission.admitted) record(connection, admission.cause, admission.presented, admission.expected)
    else if (failure) record(connection, failure, presentedBy(connection))
  }

  function record(
    { address, surface }: Connection,
    cause: ConnectRefusal['cause'],
    presented: Readonly<Record<string, string>>,
    expected?: string,
  ): void {
    recordRefusal({ address, surface, cause, presented, ...(expected === undefined ? {} : { expected }) })
  }

  function announce(connection: Connection): void {
    const { session, address } = connection
    if (!session) return
    const { kind, id } = session.identity
    const { clientId } = session
    events.publish('device.connected', { kind, id, clientId, address })
    void connection.closed.then(() => {
      events.publish('device.disconnected', { kind, id, clientId, reason: connection.cutReason ?? 'connection closed' })
    })
  }
}

function presentedBy({ peer }: Connection): Readonly<Record<string, string>> {
  return peer.certificate ? { subject: peer.certificate.subject, fingerprint: peer.certificate.fingerprint } : {}
}
