import type { Context } from 'hono'
import { denialOf, REFUSAL_MENDS, type RecordRefusal, type Refusal } from '../../refusal.ts'
import type { ApiEnv } from '../api-env.ts'
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

/** Does what a device asked for, or somebody for it, and records why it gets no certificate. */
export async function recordDenial<Result>(
  c: Context<ApiEnv>,
  recordRefusal: RecordRefusal,
  presented: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const cause = denialOf(error)
    const { surface, address } = c.env.origin
    if (cause) recordRefusal({ surface, address, cause, presented })
    throw error
  }
}
