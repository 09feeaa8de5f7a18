import { DomainError } from '../errors.ts'
import type { ForeignAuthority } from './foreign-authority.ts'
import type { IssuedLeaf } from './ports.ts'

/** The CAs whose certificates are good now; each is called by its fingerprint, the hub's own from before it had two by none. */
export interface Issuers {
  /** Whose CA it is; undefined: one that is not trusted, or no more. */
  find(issuer: string | undefined): 'own' | ForeignAuthority | undefined
  /** Whether it is the one that another has followed, and that is to go. */
  isLeaving(issuer: string | undefined): boolean
}

export interface IssuersOptions {
  /** Fingerprints of our own that are trusted now. */
  readonly own: () => readonly string[]
  readonly leaving: () => string | undefined
  readonly foreign: (fingerprint: string) => ForeignAuthority | undefined
}

export function createIssuers({ own, leaving, foreign }: IssuersOptions): Issuers {
  return {
    find(issuer) {
      if (issuer === undefined || own().includes(issuer)) return 'own'
      return foreign(issuer)
    },
    isLeaving(issuer) {
      const old = leaving()
      return old !== undefined && (issuer ?? old) === old
    },
  }
}

/** What was signed by a CA that was let go meanwhile is kept by nobody. */
export function requireIssuer({ find }: Pick<Issuers, 'find'>, { issuer }: Pick<IssuedLeaf, 'issuer'>): void {
  if (find(issuer) === 'own') return
  throw new DomainError('issuer_retired', 'The CA was retired while it signed this certificate: ask again')
}
