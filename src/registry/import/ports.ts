import type { Certificate, NewCertificate } from '../certificate.ts'
import type { Device } from '../device.ts'
import type { LegacyCredential } from '../legacy-credential.ts'
import type { Policy } from '../policy.ts'
import type { CertificateStore, ForeignCertificates } from '../ports.ts'

/** What a certificate says of itself, learnt after it was registered by its fingerprint. */
export type CertificateContents = Pick<Certificate, 'serialNumber' | 'notBefore' | 'notAfter' | 'subject'> &
  Partial<Pick<Certificate, 'pem'>>

/** Of the certificates that an import finds or brings. */
export interface ImportedCertificates extends CertificateStore, Pick<ForeignCertificates, 'approve'> {
  complete(fingerprint: string, contents: CertificateContents): void
}

/** A row that an import writes. */
export type DraftedRow =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'device'; readonly device: Device; readonly isNew: boolean }
  | { readonly kind: 'certificate'; readonly certificate: NewCertificate; readonly isNew: boolean }
  | { readonly kind: 'password'; readonly password: LegacyCredential }

/** What of the registry is read and watched by name: folded where case does not count, and where it is of a device, by its id. */
export type RowKind =
  | 'user'
  /** With its policies and client ids. */
  | 'device'
  | 'client id'
  | 'service'
  | 'policy'
  | 'certificate'
  | 'certificates of device'
  | 'password of device'
  | 'user name'
  | 'tokens of device'

/** A fleet on its way into the registry; whatever of it is not kept is gone when it is disposed of. */
export interface FleetStaging extends Disposable {
  /** Writes rows to where nobody reads them and nobody waits for them: a part of a fleet a turn of the event loop. */
  add(rows: readonly DraftedRow[]): void
  /** Puts all of them into the registry; in the transaction it stands in. */
  keep(): void
}

export interface FleetStore {
  /** One at a time. */
  open(): FleetStaging
  /** Tells of each row of the registry that is written, until it is disposed of. One at a time. */
  watch(onChange: (kind: RowKind, name: string) => void): Disposable
}
