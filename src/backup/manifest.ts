import { DomainError } from '../errors.ts'

/** What an archive says of itself, as its first file. */
export interface Manifest {
  readonly format: 1
  readonly contents: BackupContents
  /** Version of the Signet that made it. */
  readonly version: string
  /** RFC 3339. */
  readonly createdAt: string
  readonly ca: {
    readonly subject: string
    readonly fingerprint: string
    readonly hasKey: boolean
    /** Of a CA with a root above it: whether the key of that root is here too. */
    readonly hasRootKey?: boolean
  }
  /** Of a whole hub. */
  readonly registry?: RegistryFigures
  readonly messages?: MessageFigures
  /** What an administrator must provide elsewhere, each as a sentence. */
  readonly notIncluded: readonly string[]
}

/** `hub` is all of it, `ca` the certificate authority alone. */
export type BackupContents = 'hub' | 'ca'

export interface RegistryFigures {
  /** Migrations that its schema comes from. */
  readonly schema: number
  readonly users: number
  readonly devices: number
  readonly services: number
  readonly administrators: number
  readonly policies: number
  readonly tokens: number
  readonly certificates: number
  readonly revoked: number
  /** RFC 3339; none: nothing was issued yet. */
  readonly newestIssuance?: string
  /** None: no CRL was published yet. */
  readonly crlNumber?: number
}

export interface MessageFigures {
  readonly schema: number
  readonly sessions: number
  readonly subscriptions: number
  readonly queued: number
  readonly retained: number
  readonly wills: number
}

/** Of what was authenticated already: only a program of another form can have written something else. */
export function parseManifest(text: string): Manifest {
  const manifest: Manifest = JSON.parse(text)
  if (manifest.format === 1) return manifest
  throw new DomainError('backup_too_new', 'This backup was made by a newer Signet: restore it with that version')
}
