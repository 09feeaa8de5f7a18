import { type ClientRequest, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Backend } from './proxy-route.ts'

/** In milliseconds. */
export interface ProxyTimeouts {
  /** For the connection, TLS included. */
  readonly connect: number
  /** From the end of the request to the headers of the answer. */
  readonly answer: number
  /** Without an octet from a client that is to send or read more. */
  readonly idle: number
}

/** A backend that was waited for long enough. */
export class BackendTimeout extends Error {
  override readonly name = 'BackendTimeout'
}

export interface BackendCall {
  readonly method: string
  readonly path: string
  readonly headers: OutgoingHttpHeaders
}

/** A request to a backend whose body is still to come; emits `BackendTimeout` as its error. */
export function openBackendRequest(backend: Backend, call: BackendCall, timeouts: ProxyTimeouts): ClientRequest {
  const { host, port, ...tls } = backend
  // One connection for each request: none that a request has left out of step is ever another client's.
  const options = { ...call, host, port, agent: false }
  const request = tls.secureContext ? requestHttps({ ...options, ...tls }) : requestHttp(options)
  const connecting = limit(request, timeouts.connect, `No connection in ${timeouts.connect} ms`)
  request.once('socket', (socket) =>
    socket.once(tls.secureContext ? 'secureConnect' : 'connect', () => clearTimeout(connecting)),
  )
  request.once('close', () => clearTimeout(connecting))
  limitAnswer(request, timeouts.answer)
  return request
}

/** From the end of the request on; an answer may have begun before. */
function limitAnswer(request: ClientRequest, milliseconds: number): void {
  let answering: NodeJS.Timeout | undefined
  const wait = (): void => {
    answering = limit(request, milliseconds, `No answer in ${milliseconds} ms`)
  }
  request.once('finish', wait)
  for (const event of ['response', 'upgrade', 'close']) {
    request.once(event, () => {
      request.off('finish', wait)
      clearTimeout(answering)
    })
  }
}

function limit(request: ClientRequest, milliseconds: number, sentence: string): NodeJS.Timeout {
  return setTimeout(() => request.destroy(new BackendTimeout(sentence)), milliseconds)
}
