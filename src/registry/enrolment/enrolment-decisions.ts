import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { EventFeed } from '../../events.ts'
import type { Transaction } from '../ports.ts'
import { ENROLMENT_LIFE_MS, type Enrolment, type EnrolmentState } from './enrolment.ts'
import type { EnrolmentStore } from './ports.ts'

/** An administrator's word on the requests that wait for it. */
export interface EnrolmentDecisions {
  list(state?: EnrolmentState): readonly Enrolment[]
  /** The device gets its certificate when it asks again; throws `enrolment_not_found` or `enrolment_not_pending`. */
  approve(id: string): Enrolment
  /** Also of an approved one, until the certificate is there. */
  reject(id: string): Enrolment
}

export interface EnrolmentDecisionsOptions {
  readonly enrolments: EnrolmentStore
  readonly transaction: Transaction
  readonly events: EventFeed
  readonly clock: Clock
}

export function createEnrolmentDecisions(options: EnrolmentDecisionsOptions): EnrolmentDecisions {
  const { enrolments, transaction, events, clock } = options
  return {
    list: (state) => enrolments.list(clock()).filter((one) => state === undefined || one.state === state),
    approve: (id) => decide(id, 'approved', ['pending']),
    reject: (id) => decide(id, 'rejected', ['pending', 'approved']),
  }

  function decide(id: string, state: 'approved' | 'rejected', from: readonly EnrolmentState[]): Enrolment {
    const decided = transaction(() => {
      const now = clock()
      const enrolment = enrolments.find(id, now)
      if (!enrolment) throw new DomainError('enrolment_not_found', `No enrolment has the id ${JSON.stringify(id)}`)
      if (!from.includes(enrolment.state)) {
        throw new DomainError('enrolment_not_pending', `Enrolment ${id} is ${enrolment.state} already`)
      }
      const decision = { state, decidedAt: now, lapsesAt: new Date(now.getTime() + ENROLMENT_LIFE_MS) }
      enrolments.decide(id, decision)
      return { ...enrolment, ...decision }
    })
    events.publish(`enrolment.${state}`, { kind: 'device', id: decided.deviceId, enrolment: id })
    return decided
  }
}
