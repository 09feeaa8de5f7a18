import type { IncomingMessage } from 'node:http'

/** Calls `onLate` if the body is not there in time; Node's own limit is one for all, and a body that is forwarded may take longer. */
export function limitBody(incoming: IncomingMessage, milliseconds: number, onLate: (error: Error) => void): void {
  if (!hasBody(incoming)) return
  const timer = setTimeout(() => {
    if (!incoming.complete) onLate(Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }))
  }, milliseconds)
  incoming.once('close', () => clearTimeout(timer))
}

/** Whether a body belongs to it, be it an empty one: RFC 9112 §6.3. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}
