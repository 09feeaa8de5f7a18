import type { Context } from 'hono'
import type { z } from 'zod'
import type { ApiEnv } from '../api-env.ts'
import { type InputError, respondWithProblem } from '../problem.ts'

type Validation = { readonly success: true } | { readonly success: false; readonly error: z.core.$ZodError }

/** What zod-openapi asks after each validation: a problem document that names every field that is wrong. */
export function refuseInvalidInput(validation: Validation, c: Context<ApiEnv>): Response | undefined {
  if (validation.success) return undefined
  return respondWithProblem(c, 'bad_request', 'The request is not what /openapi.json describes: see errors', {
    errors: validation.error.issues.flatMap(describe),
  })
}

function describe(issue: z.core.$ZodIssue): readonly InputError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: join([...issue.path, key]), message: 'Unknown property' }))
  }
  return [{ path: join(issue.path), message: issue.message }]
}

function join(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}
