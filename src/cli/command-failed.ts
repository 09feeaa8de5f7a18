/** A "no" that the person at the terminal can act upon: printed as one sentence, exit code 1. */
export class CommandFailed extends Error {
  /** The code of the hub's problem document, where it was the hub that refused. */
  readonly code: string | undefined
  /** The HTTP status of that refusal. */
  readonly status: number | undefined

  constructor(message: string, options?: ErrorOptions & { readonly code?: string; readonly status?: number }) {
    super(message, options)
    this.name = 'CommandFailed'
    this.code = options?.code
    this.status = options?.status
  }
}

/** The system's word for a failure, ENOENT or ECONNREFUSED, or else the error's own. */
export function readSystemCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
