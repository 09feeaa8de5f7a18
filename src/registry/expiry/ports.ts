import type { CertificateKind } from '../certificate.ts'

/** A certificate whose end is near. */
export interface ExpiringCertificate {
  readonly kind: CertificateKind | 'ca'
  /** Of a device its id; of the CA its subject. */
  readonly subjectId: string
  readonly fingerprint: string
  readonly notAfter: Date
}

/** Certificates of one kind by the time of their end; each is counted once. */
export interface ExpiryCount {
  readonly kind: CertificateKind
  readonly expired: number
  readonly within1Day: number
  readonly within7Days: number
  readonly within30Days: number
  readonly within90Days: number
  readonly later: number
}

/** What is kept of who was told. Revoked certificates, and those whose owner has one that ends later, concern nobody. */
export interface ExpiryStore {
  /**
   * Those that end within `days` days and in the last third of their life, of which was not told so near their end; soonest
   * first, so many at most.
   */
  listUntold(days: number, now: Date, limit: number): readonly ExpiringCertificate[]
  /** At how many days before its end it was told last; none: never. */
  toldAt(fingerprint: string): number | undefined
  noteTold(fingerprint: string, days: number): void
  count(now: Date): readonly ExpiryCount[]
}
