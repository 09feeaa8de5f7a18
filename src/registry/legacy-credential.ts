import { createHash } from 'node:crypto'

/** A password hash as EMQX and Mosquitto write them; octets are base64. */
export type PasswordHash =
  /** In the modular crypt form: `$2b$10$...`. */
  | { readonly algorithm: 'bcrypt'; readonly digest: string }
  | {
      readonly algorithm: 'pbkdf2'
      readonly digest: string
      readonly salt: string
      readonly iterations: number
      readonly macFunction: 'sha256' | 'sha512'
    }
  | {
      readonly algorithm: 'sha256' | 'sha512'
      readonly digest: string
      readonly salt: string
      readonly saltPosition: 'prefix' | 'suffix'
    }

/** The password a device had before it came here, and the day on which it ends. */
export interface LegacyCredential {
  readonly deviceId: string
  /** As the device sends it: need not be its id. */
  readonly userName: string
  readonly hash: PasswordHash
  readonly endsAt: Date
  readonly createdAt: Date
}

const NAME_PREFIX = 'legacy:'

/** Its name among the credentials of a session. */
export function legacyName(deviceId: string): string {
  return `${NAME_PREFIX}${deviceId}`
}

/** The device in such a name; none in the name of another credential. */
export function readLegacyName(credential: string): string | undefined {
  return credential.startsWith(NAME_PREFIX) ? credential.slice(NAME_PREFIX.length) : undefined
}

/** Names what a password is compared with, so that another hash of the same device is another. */
export function hashName({ deviceId, hash }: LegacyCredential): string {
  return createHash('sha256')
    .update(JSON.stringify([deviceId, hash]))
    .digest('base64')
}
