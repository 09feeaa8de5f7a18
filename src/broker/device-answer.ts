/** What a device says on its `rpc/response`. */
export type DeviceAnswer =
  | { readonly id: string; readonly result: unknown }
  | { readonly id: string; readonly error: { readonly code: number | string; readonly message: string } }

/** None of what answers nothing: no JSON object, or without a text as its id. */
export function readAnswer(payload: Buffer): DeviceAnswer | undefined {
  const answer = parseJson(payload.toString())
  if (!isObject(answer) || typeof answer['id'] !== 'string') return undefined
  const { id, error } = answer
  if (error !== undefined && error !== null) return { id, error: readError(error) }
  if ('result' in answer) return { id, result: answer['result'] }
  return { id, error: { code: 'invalid_answer', message: 'it has neither a result nor an error' } }
}

function readError(error: unknown): { readonly code: number | string; readonly message: string } {
  const { code, message } = isObject(error) ? error : { code: undefined, message: error }
  return {
    code: typeof code === 'number' || typeof code === 'string' ? code : 'unknown',
    message: typeof message === 'string' ? message : (JSON.stringify(message) ?? 'no message'),
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no answer, not a failure.
    return undefined
  }
}
