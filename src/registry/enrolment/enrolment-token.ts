import type { Successor } from '../succession.ts'
import { isSameSecret, type PresentedToken } from '../token-secret.ts'

/** What a device without a certificate shows to get its first one; only SHA-256 of the secret is stored. */
export interface EnrolmentToken {
  readonly id: string
  readonly secretHash: Buffer
  /** An id, or a pattern in which `*` stands for any characters. */
  readonly deviceId: string
  /** Of devices that it creates; an existing one must belong to this user. None: `default`, and any. */
  readonly userId: string | undefined
  /** Of devices that it creates. */
  readonly policies: readonly string[]
  readonly profile: string
  /** Whether an administrator says yes to each request. */
  readonly approval: boolean
  /** What becomes of a device that has an active certificate. */
  readonly onExisting: Successor['onExisting']
  readonly maxUses: number
  readonly uses: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly lastUsedAt: Date | undefined
  readonly revokedAt: Date | undefined
}

export type EnrolmentTokenState = 'active' | 'expired' | 'used' | 'revoked'

export function stateOfToken({ revokedAt, uses, maxUses, expiresAt }: EnrolmentToken, now: Date): EnrolmentTokenState {
  if (revokedAt) return 'revoked'
  if (uses >= maxUses) return 'used'
  return expiresAt <= now ? 'expired' : 'active'
}

const PATTERN = /^[A-Za-z0-9._:@*-]{1,64}$/

/** Whether it can stand for ids of devices, as `sensor-*` does. */
export function isDevicePattern(text: string): boolean {
  return text.includes('*') && PATTERN.test(text)
}

/** Whether the token is for this id, capitals and small letters told apart as in ids. */
export function covers({ deviceId: pattern }: Pick<EnrolmentToken, 'deviceId'>, deviceId: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return pattern === deviceId
  if (!deviceId.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = deviceId.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return deviceId.length - last.length >= at && deviceId.endsWith(last)
}

export function isSecretOf(token: EnrolmentToken, presented: PresentedToken): boolean {
  return isSameSecret(token, presented)
}
