/** RFC 9457, as the API writes it. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId?: string
  /** Of `invalid_policy`: which rule, from 0. */
  readonly rule?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

/** The API refused, or could not be reached (`code: 'unreachable'`). */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** What was thrown as a problem that can be shown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  const detail = error instanceof Error ? error.message : String(error)
  return { title: 'Unexpected', status: 0, detail, code: 'unexpected' }
}
