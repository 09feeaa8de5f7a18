/** What a device answers on `rpc/response`. */
export type RpcResponse =
  | { readonly id: unknown; readonly result: unknown }
  | { readonly id: unknown; readonly error: { readonly code: number; readonly message: string } }

export type RpcOutcome =
  | { readonly method: string; readonly response: RpcResponse }
  /** Not a request: nobody could match an answer to it. */
  | { readonly ignored: string }

/** The answer to a payload of `rpc/request`. */
export function answerRpc(payload: string): RpcOutcome {
  const request = parseJson(payload)
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return { ignored: 'not a JSON object' }
  if (!('id' in request) || !('method' in request)) return { ignored: 'id or method is missing' }
  const { id, method } = request
  if (typeof method !== 'string') return { ignored: 'method is not a text' }
  if (method === 'ping') return { method, response: { id, result: 'pong' } }
  // JSON-RPC 2.0 §5.1: -32601 is "method not found"
  return { method, response: { id, error: { code: -32_601, message: `Method ${method} is not known` } } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is an answer here, not a failure.
    return undefined
  }
}
