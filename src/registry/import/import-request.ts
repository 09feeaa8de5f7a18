import type { ErrorCode } from '../../errors.ts'
import type { RefusalCause } from '../../refusal.ts'
import type { PasswordHash } from '../legacy-credential.ts'
import type { Policy } from '../policy.ts'

/** A fleet as it was known elsewhere. */
export interface ImportRequest {
  readonly policies: readonly Policy[]
  readonly devices: readonly ImportedDevice[]
  /** When the passwords end; none: they are left out. */
  readonly passwordsUntil?: Date
}

export interface ImportedDevice {
  /** Not yet parsed: what is no id is reported by the name it came with. */
  readonly deviceId: string
  readonly userId?: string
  readonly state?: 'active' | 'suspended'
  readonly policies?: readonly string[]
  /** The client ids it connects under: those that are not its own by rule are recorded. */
  readonly clientIds?: readonly string[]
  readonly certificates?: readonly ImportedCertificate[]
  readonly seen?: SeenConnection
  readonly legacyCredential?: ImportedPassword
}

/** The fingerprint alone is enough. */
export interface ImportedCertificate {
  readonly fingerprint?: string
  readonly pem?: string
}

/** How it connects to the broker it comes from. */
export interface SeenConnection {
  /** MQTT's protocol level: 3, 4 or 5. */
  readonly protocolVersion?: number
  readonly listener?: string
  readonly encrypted?: boolean
}

/** A password as another broker kept it, or why its hash is none that the hub compares. */
export type ImportedPassword =
  | { readonly userName: string; readonly hash: PasswordHash }
  | { readonly userName: string; readonly fault: string }

export type ImportAction = 'created' | 'updated' | 'unchanged' | 'refused'

/** Why a device would be refused, or was not registered. */
export interface ImportReason {
  readonly code: RefusalCause | ErrorCode
  readonly detail: string
  readonly mend: string
}

export interface PolicyReport {
  readonly name: string
  readonly action: ImportAction
  readonly reasons: readonly ImportReason[]
  /** What an import that was undone puts back. */
  readonly before?: Policy
}

export interface DeviceReport {
  readonly deviceId: string
  readonly action: ImportAction
  /** Empty: it would be let in. */
  readonly reasons: readonly ImportReason[]
  /** What was done otherwise than it came. */
  readonly notes: readonly string[]
  /** Fingerprints that the registry did not hold before. */
  readonly registered: readonly string[]
  readonly before?: DeviceBefore
  /** The password that the import gave it. */
  readonly password?: SavedPassword
}

/** Its hash stays in the registry. */
export interface SavedPassword {
  readonly userName: string
  readonly endsAt: Date
  /** By which an undo knows it again. */
  readonly savedAt: Date
  /** Put back by an undo where the hash is the same. */
  readonly before?: { readonly userName: string; readonly endsAt: Date; readonly isSameHash: boolean }
}

/** What an import that was undone puts back. */
export interface DeviceBefore {
  readonly state: 'active' | 'suspended'
  readonly policies: readonly string[]
  readonly clientIds: readonly string[]
}

export interface ImportReport {
  readonly applied: boolean
  readonly policies: readonly PolicyReport[]
  readonly devices: readonly DeviceReport[]
}
