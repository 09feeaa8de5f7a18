import type { CutReason } from '../end-reason.ts'
import type { Surface } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import type { Connection, Session } from './connection.ts'

/** Every live connection from its handshake on: what a revocation must reach before it returns. */
export class SessionRegistry {
  readonly #connections = new Set<Connection>()
  /** By the certificate from the handshake on, and by all that let it in from its CONNECT on. */
  readonly #byCredential = new ConnectionIndex()
  readonly #byClientId = new ConnectionIndex()
  readonly #byIdentity = new ConnectionIndex()
  readonly #counts: Record<Identity['kind'], number> = { device: 0, service: 0, anonymous: 0 }

  get size(): number {
    return this.#connections.size
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
    if (connection.fingerprint !== undefined) this.#byCredential.add(connection.fingerprint, connection)
    connection.socket.once('close', () => this.#remove(connection))
  }

  /** The connection speaks for this client id from now on; an earlier one of that id is about to be closed by the broker. */
  open(connection: Connection, session: Session): void {
    connection.open(session)
    for (const credential of session.credentials) this.#byCredential.add(credential, connection)
    this.#byClientId.add(session.clientId, connection)
    const { identity } = session
    if (this.#byIdentity.add(nameOf(identity), connection)) this.#counts[identity.kind]++
  }

  /** How many identities of this kind are connected. */
  countOf(kind: Identity['kind']): number {
    return this.#counts[kind]
  }

  /** The ids of those. */
  idsOf(kind: Identity['kind']): readonly string[] {
    const prefix = nameOf({ kind, id: '' })
    const ids: string[] = []
    for (const name of this.#byIdentity.keys()) if (name.startsWith(prefix)) ids.push(name.slice(prefix.length))
    return ids
  }

  /** Those whose CONNECT was accepted, in no order. */
  *[Symbol.iterator](): Iterator<Connection & { readonly session: Session }> {
    for (const connection of this.#connections) if (hasSession(connection)) yield connection
  }

  /** Of every connection whose CONNECT was accepted. */
  clientIds(): Iterable<string> {
    return this.#byClientId.keys()
  }

  /** The one that said CONNECT last: the others of its client id are on their way out. */
  findByClientId(clientId: string): Connection | undefined {
    return this.#byClientId.get(clientId).at(-1)
  }

  /** Those that have said CONNECT, in that order. */
  findByIdentity(kind: Identity['kind'], id: string): readonly Connection[] {
    return this.#byIdentity.get(nameOf({ kind, id }))
  }

  /** A certificate's name is its fingerprint. */
  async cutCredentials(names: readonly string[], reason: CutReason): Promise<void> {
    await cutAll(
      names.flatMap((name) => this.#byCredential.get(name)),
      reason,
    )
  }

  /** Those that were let in by what has ended by itself. */
  async cutEnded(now: Date): Promise<void> {
    const hasEnded = ({ session }: Connection): boolean => session?.endsAt !== undefined && session.endsAt < now
    await cutAll([...this.#connections].filter(hasEnded), 'its credential has expired')
  }

  /** Those that were let in by what does not suffice any more. */
  async cutOthersThan(isAdmitted: (session: Session, surface: Surface) => boolean): Promise<void> {
    const isOther = ({ session, surface }: Connection): boolean => !!session && !isAdmitted(session, surface)
    await cutAll([...this.#connections].filter(isOther), 'what it has shown does not suffice any more')
  }

  async cutIdentity(kind: Identity['kind'], id: string, reason: CutReason): Promise<void> {
    await cutAll(this.findByIdentity(kind, id), reason)
  }

  /** As if it had lost its connection. */
  async kickClientId(clientId: string): Promise<void> {
    await Promise.all(this.#byClientId.get(clientId).map((connection) => connection.kick()))
  }

  /** Those that have said CONNECT. */
  listOf(kind: Identity['kind'], id: string): readonly { readonly clientId: string; readonly address: string }[] {
    return this.findByIdentity(kind, id).flatMap(({ session, address }) =>
      session ? [{ clientId: session.clientId, address }] : [],
    )
  }

  async cutClientId(clientId: string, reason: CutReason): Promise<void> {
    await cutAll(this.#byClientId.get(clientId), reason)
  }

  /** Lets each take what it was sent before it closes. */
  async endEverything(reason: CutReason): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.end(reason)))
  }

  async cutEverything(reason: CutReason): Promise<void> {
    await cutAll([...this.#connections], reason)
  }

  #remove(connection: Connection): void {
    const { fingerprint, session } = connection
    this.#connections.delete(connection)
    if (fingerprint !== undefined) this.#byCredential.remove(fingerprint, connection)
    for (const credential of session?.credentials ?? []) this.#byCredential.remove(credential, connection)
    if (!session) return
    this.#byClientId.remove(session.clientId, connection)
    const { identity } = session
    if (this.#byIdentity.remove(nameOf(identity), connection)) this.#counts[identity.kind]--
  }
}

function hasSession(connection: Connection): connection is Connection & { readonly session: Session } {
  return connection.session !== undefined
}

function nameOf({ kind, id }: Pick<Identity, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}

// Every one is cut before the first await: the caller's tick ends with none of them alive.
async function cutAll(connections: readonly Connection[], reason: CutReason): Promise<void> {
  await Promise.all(connections.map((connection) => connection.cut(reason)))
}

/** Connections by what several may have in common, in the order of their coming. */
class ConnectionIndex {
  readonly #sharing = new Map<string, Set<Connection>>()

  keys(): Iterable<string> {
    return this.#sharing.keys()
  }

  get(key: string): readonly Connection[] {
    return [...(this.#sharing.get(key) ?? [])]
  }

  /** Whether it is the first. */
  add(key: string, connection: Connection): boolean {
    const sharing = this.#sharing.get(key) ?? new Set()
    this.#sharing.set(key, sharing.add(connection))
    return sharing.size === 1
  }

  /** Whether it was the last. */
  remove(key: string, connection: Connection): boolean {
    const sharing = this.#sharing.get(key)
    sharing?.delete(connection)
    return sharing?.size === 0 && this.#sharing.delete(key)
  }
}
