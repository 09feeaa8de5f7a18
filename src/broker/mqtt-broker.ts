import type { Clock } from '../clock.ts'
import type { EventFeed } from '../events.ts'
import type { Logger } from '../logger.ts'
import type { Presented, RecordRefusal, Surface } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import type { Login } from '../registry/login.ts'
import { type AedesEngine, type EngineLimits, openAedesEngine, type StatusSettings } from './aedes/engine.ts'
import { announceTo } from './announcement.ts'
import { type BanOf, Bans } from './bans.ts'
import { BoundReports } from './bound-reports.ts'
import { encodeConnack, encodeVersionConnack, RETURN_CODE } from './connack.ts'
import { type ConnectRefusal, decideConnect } from './connect-decision.ts'
import { awaitConnect, type ConnectFailure, type FirstFrame } from './connect-gate.ts'
import type { ConnectPacket } from './connect-packet.ts'
import { Connection, type IncomingConnection } from './connection.ts'
import type { Losses } from './delivery/losses.ts'
import type { Message } from './delivery/message.ts'
import { MessageFeed } from './delivery/message-feed.ts'
import type { DeliveryStores } from './delivery/ports.ts'
import { AWAITED, expectedBy, OTHER_PROTOCOLS, presentedBy } from './early-end.ts'
import { FlappingBans, type FlappingLimits } from './flapping.ts'
import { watchFlapping } from './flapping-watch.ts'
import type { AccessRules, ClientIdRule, PeerDirectory } from './ports.ts'
import { openPublisher } from './publication.ts'
import { createRemoteCalls, type RemoteCalls } from './remote-calls.ts'
import { SessionList } from './session-list.ts'
import { SessionOwners } from './session-owners.ts'
import { SessionRegistry } from './session-registry.ts'
import { Traffic } from './traffic.ts'

export interface MqttBrokerOptions {
  readonly directory: PeerDirectory
  readonly clientIds: ClientIdRule
  readonly access: AccessRules
  readonly recordRefusal: RecordRefusal
  readonly events: EventFeed
  readonly logger: Logger
  readonly stores: DeliveryStores
  readonly clock: Clock
  readonly limits: EngineLimits & FlappingLimits & { readonly connectBytes: number }
  readonly status: StatusSettings
  readonly fastPath?: boolean
}

export interface MqttBroker extends AsyncDisposable {
  /** Takes a connection in the tick of its handshake. */
  accept(incoming: IncomingConnection, surface: Surface): void
  readonly sessions: SessionRegistry
  /** The same for administrators, with those that wait for their clients. */
  readonly sessionList: Pick<SessionList, 'clientIds' | 'get' | 'ownerOf' | 'disconnect' | 'findListener'>
  readonly bans: Pick<Bans, 'list' | 'lift'>
  /**
   * As a client's PUBLISH; resolves when PUBACK would be sent. Throws `invalid_topic_name`, `packet_too_large`,
   * `store_full`, `hub_stopping`, and what the store failed with.
   */
  publish(message: Message): Promise<void>
  readonly remoteCalls: RemoteCalls
  /** What was accepted, for those who watch. */
  readonly messages: Pick<MessageFeed, 'subscribe'>
  /** What bounds have cost since the start, by reason. */
  readonly losses: Pick<Losses, 'totals'>
  readonly figures: AedesEngine['figures']
  readonly traffic: Pick<Traffic, 'read'>
  /** How often those limits were reached that refuse nobody a connection, since the start. */
  readonly limitsReached: Pick<BoundReports, 'totals'>
  /** Cuts what is live of this identity and drops what is stored for it. */
  forgetIdentity(kind: 'device' | 'service', id: string, userId: string | undefined): Promise<void>
  /** Cuts those that were let in by what has ended by itself, and drops stored sessions that nobody has come back for. */
  endExpired(): Promise<void>
  /** It may connect at once, however often it has flapped. */
  liftBan(kind: Identity['kind'], id: string): void
}

const STOPPED = 'hub stopped'

/** Opens the broker: handshakes come in, sessions live and end in it. */
export async function openMqttBroker(options: MqttBrokerOptions): Promise<MqttBroker> {
  const { directory, access, recordRefusal, events, logger, limits } = options
  const sessions = new SessionRegistry()
  const owners = new SessionOwners()
  const feed = new MessageFeed((err) => logger.error({ component: 'broker', err }, 'A watcher of messages failed'))
  const flappingBans = new FlappingBans(limits, options.clock)
  const bans = new Bans(flappingBans, options)
  const reports = new BoundReports({ events, logger })
  const flapping = watchFlapping({ bans: flappingBans, access, reports, logger })
  const traffic = new Traffic()
  const engine = await openAedesEngine({ ...options, owners, feed, bans: flappingBans, reports, traffic })
  const announce = announceTo({ events, traffic, flapping, logger })
  const sessionList = new SessionList({ connections: sessions, owners, engine, bans, access, logger, limits })
  const publish = openPublisher({ engine, limits, reports })
  let isStopping = false

  return {
    sessions,
    sessionList,
    bans,
    publish,
    remoteCalls: createRemoteCalls({ publish, messages: feed, connections: sessions, sessions: sessionList, events }),
    messages: feed,
    accept,
    losses: engine.losses,
    figures: engine.figures,
    traffic,
    limitsReached: reports,
    liftBan: (kind, id) => void flappingBans.lift({ kind, id }),
    async forgetIdentity(kind, id, userId) {
      bans.forget({ kind, id })
      const cut = sessions.cutIdentity(kind, id, `${kind} removed or given to another user`)
      const forgotten = owners.clientIdsOf({ kind, id }).map((clientId) => engine.forgetSession(clientId))
      await Promise.all([cut, ...forgotten])
      if (userId !== undefined) await engine.forgetRetained(`users/${userId}/devices/${id}/#`)
    },
    async endExpired() {
      engine.dropExpired()
      await sessions.cutEnded(options.clock())
    },
    async [Symbol.asyncDispose]() {
      isStopping = true
      await engine.finish()
      await sessions.endEverything(STOPPED)
      await engine.close()
    },
  }

  function accept(incoming: IncomingConnection, surface: Surface): void {
    const connection = new Connection(incoming, surface)
    // Known from the handshake on: a revocation reaches it before it has said anything.
    sessions.add(connection)
    traffic.countSocket()
    // Its handshake ended when the others were told already.
    if (isStopping) return void connection.cut(STOPPED)
    const gate = { maxBytes: limits.connectBytes, deadlineMs: limits.connectSeconds * 1000 }
    awaitConnect(connection.socket, gate, (frame) => enter(connection, frame))
  }

  /** What fails behind it, a database above all, costs this connection alone. */
  function enter(connection: Connection, frame: FirstFrame): void {
    if (connection.cutReason === undefined) attempt(connection, () => judge(connection, frame))
  }

  function attempt(connection: Connection, work: () => void): void {
    try {
      work()
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
    traffic.countConnect()
    // Decided and admitted in one tick: no revocation can come between.
    const banOf: BanOf = (...client) => bans.givenTo(...client) ?? flapping.banOf(connection, client[0])
    const decision = decideConnect(packet, connection, { ...options, sessions, owners, banOf })
    if (decision.accepted === undefined) return void decideAfter(decision.compare, connection, packet, bytes)
    if (!decision.accepted) return refuse(connection, decision.refusal)
    const { session, evicts } = decision
    const eviction = evicts ? evictHolder(session.clientId) : undefined
    sessions.open(connection, session)
    announce(connection, session)
    directory.noteConnection(session, connection.address)
    if (eviction) void serveAfter(eviction, connection, bytes)
    // What was noted of it may have ended it.
    else if (connection.cutReason === undefined) engine.serve(connection, bytes)
  }

  /** What arrives meanwhile waits unread; whether anything else has changed is asked again in the tick that admits. */
  async function decideAfter(
    compare: () => Promise<Login>,
    connection: Connection,
    packet: ConnectPacket,
    bytes: Buffer,
  ): Promise<void> {
    const compared = await compare().catch((reason: unknown) => ({ reason }))
    if (connection.cutReason !== undefined || connection.socket.destroyed) return
    attempt(connection, () => {
      if ('reason' in compared) throw compared.reason
      decide(connection, { ...packet, login: compared }, bytes)
    })
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
    const { cause, returnCode, presented, expected, identity } = refusal
    record(connection, cause, presented, expected, identity)
    connection.refuse(encodeConnack(returnCode))
    // A ban is not followed by another for running into it.
    if (identity && cause !== 'banned') flapping.countEnd(connection, identity)
  }

  function refuseVersion(connection: Connection, reading: 'version_5' | 'version_unknown'): void {
    const { peer, surface, address } = connection
    const admission = directory.admit(peer, { surface, address })
    const identity = admission.admitted ? admission.identity : undefined
    record(connection, 'protocol_version_unsupported', presentedBy(connection, identity), 'MQTT 3.1.1')
    if (identity) flapping.countEnd(connection, identity)
    connection.refuse(encodeVersionConnack(reading))
  }

  /** A peer that would have been refused may leave, or fail, before it says CONNECT: what it is then told is the deeper cause. */
  function recordEarlyEnd(connection: Connection, failure?: ConnectFailure): void {
    const { peer, surface, address } = connection
    const admission = directory.admit(peer, { surface, address })
    const isRefused = admission.admitted === false && !AWAITED.has(admission.cause)
    if (isRefused && !(failure && OTHER_PROTOCOLS.has(failure))) {
      return record(connection, admission.cause, admission.presented, admission.expected)
    }
    const identity = admission.admitted === true ? admission.identity : undefined
    if (failure) record(connection, failure, presentedBy(connection, identity), expectedBy(failure, limits))
    else if (identity) events.publish('device.left', { kind: identity.kind, id: identity.id, address })
    if (failure && identity) flapping.countEnd(connection, identity)
  }

  function record(
    { address, surface }: Connection,
    cause: ConnectRefusal['cause'],
    presented: Presented,
    expected?: string,
    proven?: Identity,
  ): void {
    recordRefusal({ address, surface, cause, presented, ...(expected === undefined ? {} : { expected }) }, proven)
  }
}
