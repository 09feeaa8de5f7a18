export type Role = 'admin' | 'operator' | 'auditor' | 'validator'

/** A bearer token as it is kept: the secret itself is shown once and only its SHA-256 stored. */
export interface ApiToken {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly secretHash: Buffer
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  readonly lastUsedAt: Date | undefined
  readonly revokedAt: Date | undefined
}
