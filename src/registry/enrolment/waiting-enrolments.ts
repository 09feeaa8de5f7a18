import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { EventFeed } from '../../events.ts'
import type { Transaction } from '../ports.ts'
import { ENROLMENT_LIFE_MS, type Enrolment } from './enrolment.ts'
import { type EnrolmentToken, stateOfToken } from './enrolment-token.ts'
import type { EnrolmentStore, EnrolmentTokenStore } from './ports.ts'

type Asked = Pick<Enrolment, 'tokenId' | 'deviceId' | 'keyThumbprint'>

/** The uses of tokens: those that are had, and those that wait for a word. */
export interface WaitingEnrolments {
  /** What waits, the same however often it is asked; throws `enrolment_rejected`, `enrolment_token_ended` or `enrolments_full`. */
  ask(token: EnrolmentToken, asked: Asked, request: Uint8Array, address: string): Enrolment
  /** Counts a use, in the transaction that keeps the certificate; throws `enrolment_token_ended` or `enrolment_rejected`. */
  use(tokenId: string, asked: Asked): void
}

export interface WaitingEnrolmentsOptions {
  readonly tokens: EnrolmentTokenStore
  readonly enrolments: EnrolmentStore
  readonly transaction: Transaction
  readonly events: EventFeed
  readonly clock: Clock
}

// Whoever has a token could otherwise fill the disk with names.
const MAX_ENROLMENTS = 10_000

export function createWaitingEnrolments(options: WaitingEnrolmentsOptions): WaitingEnrolments {
  const { tokens, enrolments, transaction, events, clock } = options
  return {
    ask(token, asked, request, address) {
      const known = enrolments.findAsked(asked, clock())
      if (known) return requireNotRejected(known)
      const enrolment = transaction(() => keep(token, asked, request, address))
      const { id, deviceId } = enrolment
      events.publish('enrolment.requested', { kind: 'device', id: deviceId, enrolment: id, address })
      return enrolment
    },
    use(tokenId, asked) {
      const now = clock()
      const token = tokens.find(tokenId)
      if (!token || token.revokedAt) throw ended(tokenId, 'revoked')
      // A word that was given holds, whether or not the token has expired since.
      if (token.approval) enrolments.delete(requireApproved(asked).id)
      else requireUsable(token, 0)
      tokens.markUsed(tokenId, now)
    },
  }

  function keep(token: EnrolmentToken, asked: Asked, request: Uint8Array, address: string): Enrolment {
    const now = clock()
    enrolments.deleteLapsed(now)
    // A device that has lost its key asks with another: the one that it had is nobody's any more.
    enrolments.deletePending(asked.tokenId, asked.deviceId)
    requireUsable(token, enrolments.countOpen(token.id, now))
    if (enrolments.count(now) >= MAX_ENROLMENTS) {
      throw new DomainError('enrolments_full', 'Too many enrolments wait for a word: approve or reject some first')
    }
    const enrolment: Enrolment = {
      id: randomUUID(),
      ...asked,
      request: Buffer.from(request).toString('base64'),
      address,
      state: 'pending',
      requestedAt: now,
      decidedAt: undefined,
      lapsesAt: new Date(now.getTime() + ENROLMENT_LIFE_MS),
    }
    enrolments.insert(enrolment)
    return enrolment
  }

  function requireApproved(asked: Asked): Enrolment {
    const known = enrolments.findAsked(asked, clock())
    if (known && requireNotRejected(known).state === 'approved') return known
    throw new DomainError(
      'enrolment_not_pending',
      'What was approved has lapsed, or brought its certificate: ask again',
    )
  }

  function requireUsable(token: EnrolmentToken, spokenFor: number): void {
    const state = stateOfToken({ ...token, uses: token.uses + spokenFor }, clock())
    if (state !== 'active') throw ended(token.id, state)
  }
}

function requireNotRejected(enrolment: Enrolment): Enrolment {
  if (enrolment.state !== 'rejected') return enrolment
  throw new DomainError('enrolment_rejected', `An administrator has rejected enrolment ${enrolment.id}`)
}

const ENDS = {
  revoked: 'was revoked',
  expired: 'has expired',
  used: 'has no use left',
} as const

function ended(id: string, state: keyof typeof ENDS): DomainError {
  return new DomainError(
    'enrolment_token_ended',
    `Enrolment token ${id} ${ENDS[state]}: make a new one (signet enrolment-token create ID)`,
  )
}
