import { shortFingerprint } from '../identifiers.ts'
import type { PublishedLists, RevocationListStatus, RevocationLists } from './revocation-lists.ts'

export interface AuthorityListsOptions {
  /** Fingerprints of the CAs whose keys are here, the one that issues first. */
  readonly live: () => readonly [string, ...string[]]
  /** The lists of one of them. */
  readonly open: (fingerprint: string) => RevocationLists
  /** The CA whose list certificates name at the common URL: the first that the hub had. */
  readonly first: () => string
  /** The last lists of one that is retired, by the short form of its fingerprint. */
  readonly findLast: (id: string) => Promise<PublishedLists | undefined>
}

/** The CRLs of every CA of the hub: each signs its own (RFC 5280 §5: its issuer is the certificates' issuer). */
export class AuthorityLists implements AsyncDisposable {
  readonly #options: AuthorityListsOptions
  readonly #open = new Map<string, RevocationLists>()

  constructor(options: AuthorityListsOptions) {
    this.#options = options
  }

  /** Of the CA that issues. */
  current(): Promise<PublishedLists> {
    return this.#of(this.#options.live()[0]).current()
  }

  /** What `/pki/dp.crl` names. */
  async named(): Promise<PublishedLists> {
    return (await this.find(shortFingerprint(this.#options.first()))) ?? this.current()
  }

  /** Of any CA of the hub, by the short form of its fingerprint. */
  async find(id: string): Promise<PublishedLists | undefined> {
    const live = this.#options.live().find((fingerprint) => shortFingerprint(fingerprint) === id)
    return live === undefined ? this.#options.findLast(id) : this.#of(live).current()
  }

  /** Of a CA whose key is here. */
  statusOf(fingerprint: string): RevocationListStatus | undefined {
    return this.#of(fingerprint).status
  }

  /** To be told of each revocation, once it is kept; resolves when the lists have it. */
  async noteRevocation(): Promise<void> {
    await Promise.all(this.#all().map((lists) => lists.noteRevocation()))
  }

  /** Whether those of any CA may lack what was revoked since. */
  get isBehind(): boolean {
    return this.#all().some((lists) => lists.isBehind)
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#all().map((lists) => lists.refresh()))
  }

  /** Of a CA that is about to go, good until then. */
  last(fingerprint: string, nextUpdate: Date): Promise<PublishedLists> {
    return this.#of(fingerprint).last(nextUpdate)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((lists) => lists[Symbol.asyncDispose]()))
  }

  #all(): readonly RevocationLists[] {
    return this.#options.live().map((fingerprint) => this.#of(fingerprint))
  }

  #of(fingerprint: string): RevocationLists {
    const lists = this.#open.get(fingerprint) ?? this.#options.open(fingerprint)
    this.#open.set(fingerprint, lists)
    return lists
  }
}
