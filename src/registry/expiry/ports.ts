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

/** One of those that were issued, with its place in the order of their ends. */
export interface EndingCertificate extends ExpiringCertificate {
  readonly position: number
  /** At how many days before its end it was told of last; undefined: never. */
  readonly toldAt: number | undefined
}

export interface End {
  readonly kind: CertificateKind
  readonly subjectId: string
  readonly notAfter: Date
}

/** What is kept of ends, and of what was told. Revoked certificates, and those that are replaced, concern nobody. */
export interface ExpiryStore {
  /** Those that end from `now` on until `by`, in the last third of their life; so many behind the one, soonest first. */
  listEnding(
    by: Date,
    now: Date,
    limit: number,
    after?: Pick<EndingCertificate, 'notAfter' | 'subjectId' | 'position'>,
  ): readonly EndingCertificate[]
  toldAt(fingerprint: string): number | undefined
  noteTold(fingerprint: string, days: number): void
  /** When each subject's last certificate ends; so many behind the one, by kind and subject. */
  listEnds(now: Date, limit: number, after?: Pick<End, 'kind' | 'subjectId'>): readonly End[]
}
