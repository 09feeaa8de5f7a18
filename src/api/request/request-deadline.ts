import type { IncomingMessage } from 'node:http'

/** Calls `onLate` if the body is not there in time; Node's own limit is one for all, and a body that is forwarded may take longer. */
export function limitBody(incoming: IncomingMessage, milliseconds: number, onLate: (error: Error) => void): void {
  const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers
  if (length === undefined && coding === undefined) return
  const timer = setTimeout(() => {
    if (!incoming.complete) onLate(Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }))
  }, milliseconds)
  incoming.once('close', () => clearTimeout(timer))
}
