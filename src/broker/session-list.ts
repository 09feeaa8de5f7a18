import { DomainError } from '../errors.ts'
import { identityFields } from '../log-fields.ts'
import type { Logger } from '../logger.ts'
import type { Surface } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import { matches } from '../topic.ts'
import type { AedesEngine } from './aedes/engine.ts'
import type { BanSubject, Bans } from './bans.ts'
import type { Connection, TlsSession } from './connection.ts'
import type { QoS } from './delivery/message.ts'
import type { AccessRules } from './ports.ts'
import type { SessionOwners } from './session-owners.ts'
import type { SessionRegistry } from './session-registry.ts'

export interface SessionListOptions {
  readonly connections: SessionRegistry
  readonly owners: SessionOwners
  readonly engine: Pick<AedesEngine, 'stored' | 'sessionOf' | 'forgetSession'>
  readonly bans: Bans
  readonly access: AccessRules
  readonly logger: Logger
  /** Read when it is needed: it may change while we run. */
  readonly limits: { readonly sessionSeconds: number }
}

export interface SessionQuery {
  /** Part of a client id, or a whole address. */
  readonly search?: string
  readonly state?: 'connected' | 'disconnected'
  readonly holder?: Pick<Identity, 'kind' | 'id'>
}

/** A session as an administrator sees it: live, stored, or both. */
export interface SessionView {
  readonly clientId: string
  /** Whose it is; of a stored one without a connection the user is not known. */
  readonly identity: Pick<Identity, 'kind' | 'id'> & { readonly userId?: string | undefined }
  /** None of one that waits for its client. */
  readonly connection: ConnectionView | undefined
  readonly cleanSession: boolean
  readonly subscriptions: readonly { readonly topicFilter: string; readonly qos: QoS }[]
  /** What waits for it, and what is unacknowledged. */
  readonly queued: { readonly messages: number; readonly bytes: number }
  readonly inFlight: number
  /** That it sent, and was sent, since it began or the hub was started. */
  readonly messages: { readonly received: number; readonly sent: number }
  /** When it ends unless its client comes back. */
  readonly expiresAt: Date | undefined
}

export interface ConnectionView {
  readonly connectedAt: Date
  readonly address: string
  readonly surface: Surface
  readonly protocolVersion: 3 | 4
  /** Seconds; 0 is off. */
  readonly keepAlive: number
  /** Of the certificate it has shown. */
  readonly fingerprint: string | undefined
  readonly tls: TlsSession | undefined
  readonly willTopic: string | undefined
}

/** Every session, and the end of one. */
export class SessionList {
  readonly #options: SessionListOptions

  constructor(options: SessionListOptions) {
    this.#options = options
  }

  /** Of those that the query fits. */
  clientIds({ search = '', state, holder }: SessionQuery): readonly string[] {
    const { connections } = this.#options
    const { live, stored } = this.#heldBy(holder)
    const isConnected = (clientId: string): boolean => connections.findByClientId(clientId) !== undefined
    const isFound = (clientId: string): boolean =>
      clientId.includes(search) || connections.findByClientId(clientId)?.address === search
    const connected = state === 'disconnected' ? [] : live
    const waiting = state === 'connected' ? [] : Iterator.from(stored).filter((id) => !isConnected(id))
    const all = [...connected, ...waiting]
    return search === '' ? all : all.filter(isFound)
  }

  /** Throws `session_not_found`. */
  get(clientId: string): SessionView {
    const { connections, engine, limits } = this.#options
    const connection = connections.findByClientId(clientId)
    const stored = engine.stored.find(clientId)
    const identity = connection?.session?.identity ?? this.ownerOf(clientId)
    if (!identity) throw sessionNotFound(clientId)
    const session = (connection && engine.sessionOf(connection)) ?? stored
    const disconnectedAt = connection || !stored ? undefined : engine.stored.disconnectedAt(stored)
    return {
      clientId,
      identity,
      connection: connection && describe(connection),
      cleanSession: connection?.session?.cleanSession ?? false,
      subscriptions: [...(session?.topicFilters ?? [])].map(([topicFilter, qos]) => ({ topicFilter, qos })),
      queued: session?.measure() ?? { messages: 0, bytes: 0 },
      inFlight: session?.inFlight ?? 0,
      messages: { ...(session?.counts ?? { received: 0, sent: 0 }) },
      expiresAt: disconnectedAt && new Date(disconnectedAt.getTime() + limits.sessionSeconds * 1000),
    }
  }

  /** Whose the session is; none: there is no such session. */
  ownerOf(clientId: string): Pick<Identity, 'kind' | 'id'> | undefined {
    const { connections, owners } = this.#options
    return connections.findByClientId(clientId)?.session?.identity ?? owners.ownerOf(clientId)
  }

  /** The connection that would hear a message on this topic, and when it was made; the newest of several. */
  findListener(
    { kind, id }: Pick<Identity, 'kind' | 'id'>,
    topicNameOf: (identity: Identity) => string | undefined,
  ): { readonly topicName: string; readonly since: Date } | undefined {
    const { connections, engine } = this.#options
    for (const connection of connections.findByIdentity(kind, id).toReversed()) {
      const topicName = connection.session && topicNameOf(connection.session.identity)
      const topicFilters = [...(engine.sessionOf(connection)?.topicFilters.keys() ?? [])]
      const hears = topicName !== undefined && topicFilters.some((topicFilter) => matches(topicFilter, topicName))
      if (connection.session && hears) return { topicName, since: connection.session.connectedAt }
    }
    return undefined
  }

  /**
   * Ends a session with all that is kept for it, and its connection as if it had been lost: its will is said. With a ban
   * nothing is said, and whoever it is may not come back for so many seconds. Throws `session_not_found`.
   */
  async disconnect(clientId: string, banSeconds?: number): Promise<void> {
    const { connections, engine, logger } = this.#options
    const { identity } = this.get(clientId)
    logger.info(
      { component: 'broker', ...identityFields(identity), clientId, banSeconds },
      'An administrator ended a session',
    )
    // In one tick: nobody comes back between the ban and the end of the last connection.
    const ended = banSeconds === undefined ? connections.kickClientId(clientId) : this.#ban(clientId, banSeconds)
    await Promise.all([ended, engine.forgetSession(clientId)])
  }

  /** Client ids, of all without a holder. */
  #heldBy(holder: SessionQuery['holder']): { readonly live: Iterable<string>; readonly stored: Iterable<string> } {
    const { connections, owners } = this.#options
    if (!holder) return { live: connections.clientIds(), stored: owners.clientIds() }
    const ofHolder = connections.findByIdentity(holder.kind, holder.id)
    const live = ofHolder.flatMap((connection) => {
      const { clientId = '' } = connection.session ?? {}
      // An earlier one of the same client id may be on its way out.
      return connections.findByClientId(clientId) === connection ? [clientId] : []
    })
    return { live, stored: owners.clientIdsOf(holder) }
  }

  #ban(clientId: string, seconds: number): Promise<void> {
    const { connections, bans } = this.#options
    const subject = this.#subjectOf(clientId)
    bans.give(subject, seconds)
    const { kind, id } = subject.holder
    return subject.clientId === undefined
      ? connections.cutIdentity(kind, id, 'banned')
      : connections.cutClientId(clientId, 'banned')
  }

  /** A device could come back under another client id of its own; of a service's or gateway's clients one alone is meant. */
  #subjectOf(clientId: string): BanSubject {
    const { connections, access } = this.#options
    const { kind, id } = this.get(clientId).identity
    const connected = connections.findByClientId(clientId)?.session?.identity
    const isShared = kind !== 'device' || access.policyOf(connected ?? { kind, id, userId: undefined }).anyClientId
    return { holder: { kind, id }, ...(isShared ? { clientId } : {}) }
  }
}

function describe({ session, address, surface, fingerprint, tls }: Connection): ConnectionView | undefined {
  if (!session) return undefined
  const { connectedAt, protocolVersion, keepAlive, willTopic } = session
  return { connectedAt, address, surface, protocolVersion, keepAlive, fingerprint, tls, willTopic }
}

function sessionNotFound(clientId: string): DomainError {
  return new DomainError('session_not_found', `No session has the client id ${JSON.stringify(clientId)}`)
}
