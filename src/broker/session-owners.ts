import type { Identity } from '../registry/identity.ts'

type Owner = Pick<Identity, 'kind' | 'id'>

/** Whose each stored session is: its queue may be fetched by nobody else. */
export class SessionOwners {
  readonly #owners = new Map<string, Owner>()

  keep(clientId: string, { kind, id }: Owner): void {
    this.#owners.set(clientId, { kind, id })
  }

  drop(clientId: string): void {
    this.#owners.delete(clientId)
  }

  /** Of every stored session. */
  clientIds(): Iterable<string> {
    return this.#owners.keys()
  }

  ownerOf(clientId: string): Owner | undefined {
    return this.#owners.get(clientId)
  }

  isHeld(clientId: string): boolean {
    return this.#owners.has(clientId)
  }

  isHeldByAnother(clientId: string, identity: Owner): boolean {
    const owner = this.#owners.get(clientId)
    return owner !== undefined && !isSame(owner, identity)
  }

  clientIdsOf(identity: Owner): readonly string[] {
    return [...this.#owners].filter(([, owner]) => isSame(owner, identity)).map(([clientId]) => clientId)
  }
}

function isSame(one: Owner, other: Owner): boolean {
  return one.kind === other.kind && one.id === other.id
}
