import type { Context } from 'hono'
import { DomainError, type ErrorCode } from '../../errors.ts'
import {
  denialOf,
  type Presented,
  type ProvenIdentity,
  REFUSAL_MENDS,
  type RecordRefusal,
  type Refusal,
  type RefusalCause,
} from '../../refusal.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { respondWithProblem } from '../problem.ts'

/** Records why nobody is let past, and answers with what mends it. */
export function refuseCaller(
  c: Context<ApiEnv>,
  recordRefusal: RecordRefusal,
  refusal: Omit<Refusal, 'surface' | 'address'>,
): Response {
  const { surface, address } = c.env.origin
  recordRefusal({ surface, address, ...refusal })
  const { cause } = refusal
  return respondWithProblem(c, codeOf(cause), REFUSAL_MENDS[cause])
}

/** What the answer to somebody who is refused for this is called. */
export function codeOf(cause: RefusalCause): ErrorCode {
  return CODES.get(cause) ?? 'unauthorized'
}

/** Where it is not the credential that is wanting. */
const CODES: ReadonlyMap<RefusalCause, ErrorCode> = new Map([
  ['api_closed', 'forbidden'],
  ['cross_origin', 'forbidden'],
  ['enrolment_id_wrong', 'enrolment_id_wrong'],
  ['login_over_limit', 'attempts_over_limit'],
])

/** Does what a device asked for (`proven`), or somebody for it, and records why it gets no certificate. */
export async function recordDenial<Result>(
  c: Context<ApiEnv>,
  recordRefusal: RecordRefusal,
  presented: Presented,
  work: () => Promise<Result>,
  proven?: ProvenIdentity,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const cause = denialOf(error)
    const { surface, address } = c.env.origin
    const keyOf = error instanceof DomainError ? error.details['keyOf'] : undefined
    if (cause) recordRefusal({ surface, address, cause, presented: { ...presented, ...exact({ keyOf }) } }, proven)
    throw error
  }
}
