import type { ClientRequest, IncomingMessage } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { DomainError } from '../../errors.ts'
import { hasBody } from '../request/body-deadline.ts'
import { type BackendCall, BackendTimeout, openBackendRequest, type ProxyTimeouts } from './backend-request.ts'
import { answerHeaders } from './forwarded-answer.ts'
import { type ClientExchange, dropBody } from './own-answer.ts'
import type { ProxyRoute } from './proxy-route.ts'

export interface ExchangeOptions extends ClientExchange {
  readonly route: ProxyRoute
  readonly call: BackendCall
  readonly timeouts: ProxyTimeouts
  /** Ours, whatever the backend says. */
  readonly ownHeaders: Readonly<Record<string, string>>
  /** What was read behind a request that asks for a WebSocket. */
  readonly head?: Buffer
  /** Nothing has been answered yet. */
  onFailure(error: Error): void
  /** Nothing goes to the client any more. */
  onEnd(): void
}

/** Carries one request to its backend and the answer back, each as fast as the slower end takes it. */
export function exchange(options: ExchangeOptions): void {
  const { incoming, outgoing, route, call, timeouts, head } = options
  const request = openBackendRequest(route.backend, call, timeouts)
  request.on('error', fail)
  request.on('response', (answer) => {
    if (isFinal(answer)) sendAnswer(answer, options)
    else fail(new Error(`The backend answered with status ${answer.statusCode}`), answer)
  })
  request.on('upgrade', (answer, socket, backendHead) => {
    // A protocol that was not asked for
    if (head === undefined || answer.headers.upgrade?.toLowerCase() !== 'websocket') {
      return fail(new Error(`The backend switched to ${answer.headers.upgrade}`), socket)
    }
    openTunnel(answer, { socket, head: backendHead }, { ...options, head })
  })
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) request.destroy()
    options.onEnd()
  })
  outgoing.setTimeout(timeouts.idle, () => endStalled(request))
  if (!hasBody(incoming)) return void request.end()
  // The backend may answer before the body begins.
  request.flushHeaders()
  incoming.pipe(request)

  function fail(error: Error, peer?: { destroy(): void }): void {
    peer?.destroy()
    // The client hears of it by the end of its connection, or has left itself.
    if (!outgoing.headersSent && !outgoing.destroyed) options.onFailure(error)
  }

  /** The silence of a backend that has begun to answer is its own affair; its clients may not be waited for. */
  function endStalled(pending: ClientRequest): void {
    if (!incoming.complete && !outgoing.headersSent) {
      const isTaken = !pending.writableNeedDrain
      pending.destroy(
        isTaken
          ? new DomainError('request_timeout', 'The body did not arrive in time')
          : new BackendTimeout(`The body was not taken for ${timeouts.idle} ms`),
      )
    } else if (!incoming.complete || outgoing.writableLength > 0) outgoing.destroy()
  }
}

// RFC 9110 §15: three digits, the first from 1 to 5; Node keeps the interim ones to itself
function isFinal({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode <= 599
}

function sendAnswer(answer: IncomingMessage, { incoming, outgoing, route, ownHeaders }: ExchangeOptions): void {
  if (hasBody(incoming) && !incoming.complete) outgoing.setHeader('connection', 'close')
  outgoing.writeHead(answer.statusCode ?? 0, { ...answerHeaders(answer, route), ...ownHeaders })
  // The first event of a stream may be long in coming.
  outgoing.flushHeaders()
  outgoing.once('finish', () => dropBody(incoming))
  // An answer that breaks off takes the connection with it, so that no client takes the part for the whole.
  pipeline(answer, outgoing, () => undefined)
}

interface TunnelEnd {
  readonly socket: Duplex
  readonly head: Buffer
}

function openTunnel(
  answer: IncomingMessage,
  backend: TunnelEnd,
  options: ExchangeOptions & { readonly head: Buffer },
): void {
  const { incoming, outgoing, route, ownHeaders, head } = options
  const client = incoming.socket
  // RFC 6455 §4.2.2
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
  outgoing.writeHead(101, { ...answerHeaders(answer, route), ...ownHeaders, ...upgrade })
  outgoing.flushHeaders()
  outgoing.detachSocket(client)
  client.setTimeout(0)
  client.unshift(head)
  backend.socket.unshift(backend.head)
  client.once('close', () => {
    backend.socket.destroy()
    options.onEnd()
  })
  backend.socket.once('close', () => client.destroySoon())
  // Whatever broke, "close" follows.
  backend.socket.on('error', () => undefined)
  client.pipe(backend.socket).pipe(client)
}
