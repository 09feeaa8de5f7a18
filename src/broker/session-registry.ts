import type { Identity } from '../registry/identity.ts'
import type { Connection, Session } from './connection.ts'

/** Every live connection from its handshake on: what a revocation must reach before it returns. */
export class SessionRegistry {
  readonly #connections = new Set<Connection>()
  readonly #byFingerprint = new Map<string, Set<Connection>>()
  readonly #byClientId = new Map<string, Connection>()

  get size(): number {
    return this.#connections.size
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
    const { fingerprint } = connection
    if (fingerprint !== undefined) {
      const sharing = this.#byFingerprint.get(fingerprint) ?? new Set()
      this.#byFingerprint.set(fingerprint, sharing.add(connection))
    }
    connection.socket.once('close', () => this.#remove(connection))
  }

  /** The connection speaks for this client id from now on; an earlier one of that id is about to be closed by the broker. */
  open(connection: Connection, session: Session): void {
    connection.open(session)
    this.#byClientId.set(session.clientId, connection)
  }

  findByClientId(clientId: string): Connection | undefined {
    return this.#byClientId.get(clientId)
  }

  async cutCertificates(fingerprints: readonly string[], reason: string): Promise<void> {
    await cutAll(
      fingerprints.flatMap((fingerprint) => [...(this.#byFingerprint.get(fingerprint) ?? [])]),
      reason,
    )
  }

  async cutIdentity(kind: Identity['kind'], id: string, reason: string): Promise<void> {
    const isIts = ({ session }: Connection): boolean => session?.identity.kind === kind && session.identity.id === id
    await cutAll([...this.#connections].filter(isIts), reason)
  }

  async cutEverything(reason: string): Promise<void> {
    await cutAll([...this.#connections], reason)
  }

  #remove(connection: Connection): void {
    this.#connections.delete(connection)
    const { fingerprint, session } = connection
    if (session && this.#byClientId.get(session.clientId) === connection) this.#byClientId.delete(session.clientId)
    if (fingerprint === undefined) return
    const sharing = this.#byFingerprint.get(fingerprint)
    sharing?.delete(connection)
    if (sharing?.size === 0) this.#byFingerprint.delete(fingerprint)
  }
}

// Every one is cut before the first await: the caller's tick ends with none of them alive.
async function cutAll(connections: readonly Connection[], reason: string): Promise<void> {
  await Promise.all(connections.map((connection) => connection.cut(reason)))
}
