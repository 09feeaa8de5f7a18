import type { KeyAlgorithm } from '../ports.ts'

/** Whose certificates are to be renewed: those that fit all that is named; nothing named is every device. */
export interface RotationFilter {
  readonly deviceId?: string
  readonly userId?: string
  /** RFC 3339. */
  readonly expiresBefore?: string
  /** Certificate of the CA that issued them, PEM. */
  readonly issuedBy?: string
  readonly keyAlgorithm?: KeyAlgorithm
}

export type RotationState = 'running' | 'paused' | 'cancelled' | 'finished'

/** A fleet that is asked to renew, each device by itself: the hub has none of their keys. */
export interface Rotation {
  readonly id: string
  readonly filter: RotationFilter
  /** How many devices are told in a minute. */
  readonly perMinute: number
  /** When the older certificates end, renewed or not. */
  readonly deadline: Date | undefined
  readonly state: RotationState
  /** Certificates issued by then are the older ones. */
  readonly createdAt: Date
  /** The last device that was looked at; undefined once all were. */
  readonly gatheredTo: string | undefined
}

/**
 * `renewed`: it was issued a new certificate; `connected`: it has shown that one, and the older ones have ended; `late`: it
 * has neither a new one nor an older one that is good.
 */
export type MemberState = 'waiting' | 'told' | 'renewed' | 'connected' | 'late'

export interface RotationMember {
  readonly deviceId: string
  readonly state: MemberState
  readonly toldAt: Date | undefined
}
