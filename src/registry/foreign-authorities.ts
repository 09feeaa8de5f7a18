import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { parseFingerprint } from '../identifiers.ts'
import type { ForeignAuthority } from './foreign-authority.ts'
import type { Cutter } from './ports.ts'

/** What the certificate of a CA says of itself. */
export interface ForeignFacts {
  readonly fingerprint: string
  readonly subject: string
  readonly certificatePem: string
}

export interface ForeignAuthorityStore {
  find(fingerprint: string): ForeignAuthority | undefined
  /** In the order in which they came. */
  list(): readonly ForeignAuthority[]
  /** Inserts it, or replaces the one of the same fingerprint. */
  save(authority: ForeignAuthority): void
  delete(fingerprint: string): void
  /** Fingerprints of its certificates that are not revoked. */
  listFingerprints(issuer: string): readonly string[]
}

export type ForeignChange = Partial<Pick<ForeignAuthority, 'registration' | 'owner'>>

/** The CAs of others, whose devices may be let in: never their services, administrators and servers. */
export interface ForeignAuthorities {
  list(): readonly ForeignAuthority[]
  /** Throws `authority_unfit` for what is no CA, `authority_exists` for one that is trusted, under its name at least. */
  add(certificatePem: string, change: ForeignChange): ForeignAuthority
  /** Throws `authority_not_found`. */
  change(fingerprint: string, change: ForeignChange): ForeignAuthority
  /** Trusted no more, at once; resolves once the sessions of its devices are closed. */
  remove(fingerprint: string): Promise<void>
}

export interface ForeignAuthoritiesOptions {
  readonly store: ForeignAuthorityStore
  /** Throws `authority_unfit`. */
  readonly read: (certificatePem: string) => ForeignFacts
  /** Subjects of every CA that is trusted now, our own too. */
  readonly trustedSubjects: () => readonly string[]
  /** Told after each change of what is stored. */
  readonly onChange: () => void
  /** Of a CA where nobody is named. */
  readonly defaultOwner: () => string
  readonly cutter: Pick<Cutter, 'cutCredentials'>
  readonly events: EventFeed
  readonly clock: Clock
}

export function createForeignAuthorities(options: ForeignAuthoritiesOptions): ForeignAuthorities {
  const { store, read, trustedSubjects, onChange, defaultOwner, cutter, events, clock } = options
  return {
    list: store.list,
    add(text, { registration = 'denied', owner = defaultOwner() }) {
      const { fingerprint, subject, certificatePem } = read(text)
      requireDistinct(subject)
      const authority = { fingerprint, certificatePem, registration, owner, createdAt: clock() }
      store.save(authority)
      onChange()
      events.publish('authority.trusted', { fingerprint, registration })
      return authority
    },
    change(text, change) {
      const changed = { ...get(text), ...change }
      store.save(changed)
      return changed
    },
    async remove(text) {
      const { fingerprint } = get(text)
      // One tick: whoever comes after it is asked for another CA.
      const certificates = store.listFingerprints(fingerprint)
      store.delete(fingerprint)
      onChange()
      const closed = cutter.cutCredentials(certificates, 'the CA of the certificate is no longer trusted')
      events.publish('authority.distrusted', { fingerprint })
      await closed
    },
  }

  // RFC 5280 §6.1.3 (a)(4): a chain is built by names.
  function requireDistinct(subject: string): void {
    if (!trustedSubjects().includes(subject)) return
    const name = subject.replaceAll('\n', ', ')
    throw new DomainError('authority_exists', `A CA of this name is trusted already: ${name}`)
  }

  function get(text: string): ForeignAuthority {
    const fingerprint = parseFingerprint(text)
    const authority = store.find(fingerprint)
    if (authority) return authority
    throw new DomainError('authority_not_found', `No CA of others with the fingerprint ${fingerprint} is trusted`)
  }
}
