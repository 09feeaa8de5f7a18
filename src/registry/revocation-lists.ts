import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { RevocationReason } from './certificate.ts'

export interface RevokedCertificate {
  readonly serialNumber: string
  readonly revokedAt: Date
  readonly reason: RevocationReason
}

export interface IssuedList {
  readonly number: number
  readonly thisUpdate: Date
}

export interface RevocationListStore {
  /** The revoked ones of its CA that were valid at `since` or later, one for each serial number, in their order after `after`. */
  listRevoked(since: Date, after: string, limit: number): readonly RevokedCertificate[]
  latest(): IssuedList | undefined
  /** The octets of that list. */
  published(): SignedLists | undefined
  /** Survives the process. */
  save(lists: SignedLists): void
  /** Resolves once what was saved survives a loss of power too. */
  sync(): Promise<void>
  /** URLs that a certificate which is valid at that time may name, in a fixed order. */
  distributionPoints(now: Date): readonly string[]
}

/** Encodes and signs; knows nothing of who was revoked. */
export interface ListSigner {
  /** Throws while the key that signs is locked. */
  requireUnlocked(): void
  encodeRevoked(certificates: readonly RevokedCertificate[]): Uint8Array
  signRevocationList(plan: {
    readonly number: number
    readonly thisUpdate: Date
    readonly nextUpdate: Date
    readonly revoked: readonly Uint8Array[]
    readonly distributionPoints: readonly string[]
  }): Promise<Buffer<ArrayBuffer>>
  toPem(list: Buffer): Promise<Buffer<ArrayBuffer>>
}

export interface SignedLists extends IssuedList {
  readonly madeAt: Date
  readonly nextUpdate: Date
  /** DER; for every certificate, whether or not it names a distribution point. */
  readonly complete: Buffer<ArrayBuffer>
  /** DER; the same entries under an issuing distribution point, where certificates name any. */
  readonly forDistributionPoints: Buffer<ArrayBuffer>
}

export interface PublishedLists extends SignedLists {
  readonly completePem: Buffer<ArrayBuffer>
}

/** What a list says of itself, and whether it may lack what was revoked since. */
export interface RevocationListStatus extends IssuedList {
  readonly nextUpdate: Date
  /** Unknown of one that was signed before the start. */
  readonly entries: number | undefined
  readonly isBehind: boolean
}

export interface RevocationListsOptions {
  readonly store: RevocationListStore
  readonly signer: ListSigner
  readonly clock: Clock
  /** Told of each that serves from now on. */
  readonly onPublished?: (list: Pick<SignedLists, 'number' | 'nextUpdate'>) => void
}

const LIFE_MS = 7 * 86_400_000
const BACKDATED_MS = 5 * 60_000
// A turn of the event loop encodes this many in a few ms.
const PAGE = 500

interface Built extends PublishedLists {
  /** Unknown of those of an earlier start. */
  readonly entries?: number
  readonly urls: readonly string[]
  /** How many revocations had been told of when it was begun. */
  readonly changes: number
}

/** The CRLs, made anew when something was revoked and when half of their life is over. */
export class RevocationLists implements AsyncDisposable {
  readonly #options: RevocationListsOptions
  #changes = 0
  #built: Built | undefined
  #building: Promise<void> | undefined
  #isClosed = false

  constructor(options: RevocationListsOptions) {
    this.#options = options
  }

  /** To be told of each revocation, once it is kept; resolves when the lists have it. */
  noteRevocation(): Promise<void> {
    this.#changes += 1
    return this.refresh()
  }

  /** With all that was revoked before this call. Where new ones cannot be made, the last ones serve until their nextUpdate. */
  async current(): Promise<PublishedLists> {
    try {
      await this.refresh()
    } catch (error) {
      await this.#restore()
      // Whoever asked for the refresh that is due has met the same failure, and tells of it.
      if (!this.#built || this.#options.clock() >= this.#built.nextUpdate) throw error
    }
    if (!this.#built) throw new Error('The hub stopped before its first revocation list was made')
    return this.#built
  }

  /** Of the lists that were made or shown last; none before the first. */
  get status(): RevocationListStatus | undefined {
    if (!this.#built) return undefined
    const { number, thisUpdate, nextUpdate, entries } = this.#built
    return { number, thisUpdate, nextUpdate, entries, isBehind: this.isBehind }
  }

  /** Whether others are due, and those that serve may lack what was revoked since. */
  get isBehind(): boolean {
    return this.#isDue(this.#changes)
  }

  /** Makes them anew where that is due. */
  async refresh(): Promise<void> {
    const wanted = this.#changes
    // The list that is being built may have passed by already what was revoked since it began: then a second follows.
    while (!this.#isClosed && this.#isDue(wanted)) {
      this.#building ??= this.#build().finally(() => {
        this.#building = undefined
      })
      await this.#building
    }
  }

  /** One more, that nothing follows: good until `nextUpdate`, when all that is on it has expired. */
  async last(nextUpdate: Date): Promise<PublishedLists> {
    while (this.#building) await this.#building
    this.#building = this.#build(nextUpdate).finally(() => {
      this.#building = undefined
    })
    await this.#building
    if (!this.#built) throw new Error('The hub stopped before the last revocation list was made')
    return this.#built
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    // Whoever asked for it is told of its failure.
    await this.#building?.catch(() => undefined)
  }

  #isDue(changes: number): boolean {
    const built = this.#built
    if (!built || built.changes < changes) return true
    const now = this.#options.clock()
    if (now.getTime() >= built.madeAt.getTime() + LIFE_MS / 2) return true
    // Signed while the clock was ahead: to everybody else it is not valid yet.
    if (now < built.thisUpdate) return true
    const urls = this.#options.store.distributionPoints(now)
    return urls.length !== built.urls.length || urls.some((url) => !built.urls.includes(url))
  }

  /** What was published before this start, so that a hub whose key is locked has a list to show. */
  async #restore(): Promise<void> {
    if (this.#built) return
    const { store, signer } = this.#options
    const lists = store.published()
    // Nobody has counted what was revoked since.
    if (lists) this.#built = { ...lists, completePem: await signer.toPem(lists.complete), urls: [], changes: -1 }
  }

  async #build(lastUpdate?: Date): Promise<void> {
    const { store, signer, clock } = this.#options
    signer.requireUnlocked()
    const now = clock()
    const changes = this.#changes
    const previous = store.latest()
    const urls = store.distributionPoints(now)
    const { revoked, entries } = await this.#encodeRevoked(keptSince(previous?.thisUpdate, now))
    if (this.#isClosed) return
    const plan = {
      number: nextNumber(previous, now),
      // Peers whose clock is a little behind would refuse everybody for a list that is not valid yet.
      thisUpdate: new Date(now.getTime() - BACKDATED_MS),
      nextUpdate: lastUpdate ?? new Date(now.getTime() + LIFE_MS),
    }
    const complete = await signer.signRevocationList({ ...plan, revoked, distributionPoints: [] })
    const forDistributionPoints =
      urls.length > 0 ? await signer.signRevocationList({ ...plan, revoked, distributionPoints: urls }) : complete
    const completePem = await signer.toPem(complete)
    if (this.#isClosed) return
    const lists = { ...plan, madeAt: now, complete, forDistributionPoints }
    // Before anybody can read it: a number that was seen is never given again.
    store.save(lists)
    await store.sync()
    if (this.#isClosed) return
    this.#built = { ...lists, completePem, entries, urls, changes }
    this.#options.onPublished?.(lists)
  }

  async #encodeRevoked(since: Date): Promise<{ readonly revoked: readonly Uint8Array[]; readonly entries: number }> {
    const { store, signer } = this.#options
    const revoked: Uint8Array[] = []
    let entries = 0
    let after: string | undefined = ''
    while (after !== undefined && !this.#isClosed) {
      const page = store.listRevoked(since, after, PAGE)
      revoked.push(signer.encodeRevoked(page))
      entries += page.length
      after = page.length < PAGE ? undefined : page.at(-1)?.serialNumber
      if (after !== undefined) await nextTurn()
    }
    return { revoked, entries }
  }
}

// RFC 5280 §3.3: an entry stays until it was on a list issued after the certificate's notAfter; on one that was read, too.
// A list that was signed while the clock was ahead has left off what is valid still: from now on it is back.
function keptSince(previousUpdate: Date | undefined, now: Date): Date {
  return new Date(Math.min(previousUpdate?.getTime() ?? Infinity, now.getTime()) - LIFE_MS)
}

// RFC 5280 §5.2.3. Seconds since 1970 where that is more: a lost database does not set the number back.
function nextNumber(previous: IssuedList | undefined, now: Date): number {
  return Math.max((previous?.number ?? 0) + 1, Math.floor(now.getTime() / 1000))
}
