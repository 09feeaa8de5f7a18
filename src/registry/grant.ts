import type { Certificate } from './certificate.ts'
import type { Identity } from './identity.ts'

/** Who was let in, and by what. */
export interface Grant {
  readonly identity: Identity
  readonly certificate?: Certificate
  /** Names of all that was shown, a certificate by its fingerprint: the end of one of them ends the session. */
  readonly credentials: readonly string[]
  /** When the first of them ends by itself. */
  readonly endsAt?: Date
}

export function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  return times.reduce((first, time) => (first && (!time || first <= time) ? first : time), undefined)
}
