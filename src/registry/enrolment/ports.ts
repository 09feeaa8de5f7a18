import type { Enrolment } from './enrolment.ts'
import type { EnrolmentToken } from './enrolment-token.ts'

export interface EnrolmentTokenStore {
  find(id: string): EnrolmentToken | undefined
  insert(token: EnrolmentToken): void
  markRevoked(id: string, at: Date): void
  /** One use more. */
  markUsed(id: string, at: Date): void
  /** In the order they were made. */
  list(): readonly EnrolmentToken[]
}

/** What has lapsed is not there for any of these. */
export interface EnrolmentStore {
  find(id: string, now: Date): Enrolment | undefined
  /** What this device asked for with this token and key. */
  findAsked(asked: Pick<Enrolment, 'tokenId' | 'deviceId' | 'keyThumbprint'>, now: Date): Enrolment | undefined
  insert(enrolment: Enrolment): void
  decide(id: string, decision: Pick<Enrolment, 'state' | 'decidedAt' | 'lapsesAt'>): void
  delete(id: string): void
  /** Those of this device and token that nobody has said anything to. */
  deletePending(tokenId: string, deviceId: string): void
  deleteLapsed(by: Date): void
  count(now: Date): number
  /** How many of this token's uses are spoken for: pending and approved ones. */
  countOpen(tokenId: string, now: Date): number
  /** In the order they came. */
  list(now: Date): readonly Enrolment[]
}
