import type { ErrorCode } from '../../errors.ts'
import type { RefusalCause } from '../../refusal.ts'
import type { Policy } from '../policy.ts'

/** A fleet as it was known elsewhere. */
export interface ImportRequest {
  readonly policies: readonly Policy[]
  readonly devices: readonly ImportedDevice[]
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
  readonly legacyCredential?: LegacyCredential
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

/** A password as another broker kept it. */
export interface LegacyCredential {
  readonly userName: string
  readonly hash: PasswordHash
}

export interface PasswordHash {
  readonly algorithm: 'bcrypt' | 'pbkdf2' | 'sha256' | 'sha512'
  /** Of bcrypt the whole modular crypt string, else base64. */
  readonly digest: string
  readonly salt?: string
  readonly saltPosition?: 'prefix' | 'suffix'
  readonly iterations?: number
  readonly macFunction?: 'sha256' | 'sha512'
}

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
