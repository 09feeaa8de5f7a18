import type { LookupAddress } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'

export interface HttpPost {
  readonly url: URL
  /** Of its host; the connection is made to one of these. */
  readonly addresses: readonly LookupAddress[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What the certificate of an https target is verified with. */
  readonly trust: () => SecureContext
  /** Aborted when there is no more time. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  /** What the target asks us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined
}

/** One POST over a connection of its own; a redirect is an answer like others, and of the answer only its head is read. */
export function post({ url, addresses, headers, body, trust, signal }: HttpPost): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const isSecure = url.protocol === 'https:'
  const outgoing = (isSecure ? requestHttps : requestHttp)(url, {
    method: 'POST',
    agent: false,
    ...(isSecure ? { secureContext: trust() } : {}),
    signal,
    lookup: pinTo(addresses),
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  })
  outgoing.on('response', ({ statusCode = 0, headers: answered }) => {
    resolve({ status: statusCode, retryAfterMs: readRetryAfter(answered['retry-after']) })
    outgoing.destroy()
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}

/** What was judged is what is connected to: a name that is asked again may have another answer. */
export function pinTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses
    if (all) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family ?? 0)
  }
}

/** RFC 9110 §10.2.3, in its form as seconds. */
function readRetryAfter(text = ''): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined
}
