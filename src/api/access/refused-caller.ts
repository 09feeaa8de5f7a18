import type { Context } from 'hono'
import { DomainError } from '../../errors.ts'
import { type ProvenIdentity, REFUSAL_MENDS, type RecordRefusal, type Refusal } from '../../refusal.ts'
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
  // No credential of the caller's would change the answer to these.
  const code = cause === 'api_closed' || cause === 'cross_origin' ? 'forbidden' : 'unauthorized'
  return respondWithProblem(c, code, REFUSAL_MENDS[cause])
}

const DENIALS = ['csr_invalid', 'key_compromised', 'key_in_use', 'key_not_allowed', 'renewal_too_early'] as const

/** Does what a device asked for (`proven`), or somebody for it, and records why it gets no certificate. */
export async function recordDenial<Result>(
  c: Context<ApiEnv>,
  recordRefusal: RecordRefusal,
  presented: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
  proven?: ProvenIdentity,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DomainError) {
      const cause = causeOf(error)
      const { surface, address } = c.env.origin
      const { keyOf } = error.details
      if (cause) recordRefusal({ surface, address, cause, presented: { ...presented, ...exact({ keyOf }) } }, proven)
    }
    throw error
  }
}

function causeOf({ code }: DomainError): (typeof DENIALS)[number] | undefined {
  return DENIALS.find((cause) => cause === code)
}
