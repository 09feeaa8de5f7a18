import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as elapse } from 'node:timers/promises'
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server'
import type { Logger } from '../logger.ts'
import type { RecordRefusal } from '../refusal.ts'
import type { ApiEnv } from './api-env.ts'
import { createProblemResponse } from './problem.ts'
import { limitBody } from './request/body-deadline.ts'
import { explainMalformedHttp, refuseMalformedHttp } from './request/malformed-http.ts'
import type { OriginOf, RequestOrigin } from './request/request-origin.ts'
import { createTurns } from './request/turns.ts'

export interface HttpServerOptions {
  readonly fetch: (request: Request, bindings: ApiEnv['Bindings']) => Response | Promise<Response>
  readonly originOf: OriginOf
  readonly logger: Logger
  readonly limits?: HttpLimits
  readonly upgrade?: Upgrade
  readonly forwarder?: Forwarder
  /** Told of what came and is no HTTP. */
  readonly recordRefusal?: RecordRefusal
}

/** Takes the requests that are for other servers, before the API sees them. */
export interface Forwarder {
  covers(request: IncomingMessage): boolean
  forward(incoming: IncomingMessage, outgoing: ServerResponse, origin: RequestOrigin): void
}

/** Another protocol on the connection of a request. */
export interface Upgrade {
  /** Where it is not, the request is answered as if it had not asked: RFC 9110 §7.8. */
  isAccepted(request: IncomingMessage, origin: RequestOrigin): boolean
  /** `head` is what was read behind the request. */
  take(request: IncomingMessage, head: Buffer): void
}

/** In milliseconds. */
export interface HttpLimits {
  readonly headersTimeout: number
  /** From the headers to the end of the body; a forwarder has its own. */
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  readonly connectionsCheckingInterval: number
  /** How long disposal waits for the requests that run. */
  readonly closeTimeout: number
}

/** Does not listen by itself: connections come by `server.emit('connection', socket)`, TLS or not. */
export interface HttpServer extends AsyncDisposable {
  readonly server: Server
}

const HTTP_LIMITS: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // EMQX and other back ends keep pools of connections; one that closes early costs them a request.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
  closeTimeout: 3_000,
}
/** Node leaves out what stands behind them, and does not say so. */
export const MAX_HEADERS = 100

export function createHttpServer({
  fetch,
  originOf,
  logger,
  limits = HTTP_LIMITS,
  upgrade,
  forwarder,
  recordRefusal,
}: HttpServerOptions): HttpServer {
  const { closeTimeout, requestTimeout, ...timeouts } = limits
  const server = createServer({
    ...timeouts,
    requestTimeout: 0,
    // An answer that is still due would be written among the frames of the other protocol.
    shouldUpgradeCallback: (incoming) =>
      upgrade !== undefined &&
      ![...running].some(({ req }) => req.socket === incoming.socket) &&
      upgrade.isAccepted(incoming, originOf(incoming)),
  })
  server.on('upgrade', (incoming, _socket, head) => upgrade?.take(incoming, head))
  server.maxHeadersCount = MAX_HEADERS
  // Node makes its list of connections, on which time-outs and closing rest, at this event alone.
  server.emit('listening')
  const running = trackResponses(server)
  const listener = getRequestListener(
    (request, bindings) => {
      // HTTP/2 is not offered, so it is never the other member of the library's union.
      const { incoming } = bindings as HttpBindings
      return fetch(request, { origin: originOf(incoming), abort: () => incoming.socket.destroy() })
    },
    // The hub also runs inside other people's tests: the global Request and Response stay theirs.
    { errorHandler: (error) => answerUnhandled(error, logger), overrideGlobalObjects: false },
  )
  const inItsTurn = createTurns()
  server.on('request', (incoming, outgoing) => {
    if (forwarder?.covers(incoming)) forwarder.forward(incoming, outgoing, originOf(incoming))
    else {
      limitBody(incoming, requestTimeout, (error) => server.emit('clientError', error, incoming.socket))
      // A page asks for much at once. Who has left meanwhile is not answered, and could not be heard leaving.
      inItsTurn(() => void (incoming.socket.destroyed || listener(incoming, outgoing)))
    }
  })
  server.on('clientError', (error, socket) => {
    const hasAnswerBegun = [...running].some((response) => response.socket === socket && response.headersSent)
    // HTTP comes over sockets alone, whatever the declaration of its server leaves open.
    const { address, surface } = originOf({ socket: socket as Socket, headers: {} })
    const refusal = explainMalformedHttp(error)
    if (refusal) recordRefusal?.({ address, surface, ...refusal })
    refuseMalformedHttp(error, socket, hasAnswerBegun)
  })
  return { server, [Symbol.asyncDispose]: () => close(server, running, closeTimeout) }
}

function trackResponses(server: Server): ReadonlySet<ServerResponse> {
  const running = new Set<ServerResponse>()
  server.on('request', (_incoming, outgoing) => {
    running.add(outgoing)
    outgoing.once('close', () => running.delete(outgoing))
  })
  return running
}

/** A request that no route could see: its Host or target is not one, or a middleware threw what is no Error. */
function answerUnhandled(error: unknown, logger: Logger): Response {
  const requestId = randomUUID()
  if (error instanceof RequestError) {
    const detail = 'The request target or the Host header is not valid'
    return createProblemResponse({ code: 'bad_request', detail, requestId })
  }
  logger.error({ component: 'api', err: error, requestId }, 'A request failed')
  return createProblemResponse({ code: 'internal_error', detail: '', requestId })
}

async function close(server: Server, running: ReadonlySet<ServerResponse>, closeTimeout: number): Promise<void> {
  const closed = once(server, 'close')
  // Also closes the idle connections; the others hear it with the answer they wait for.
  server.close()
  server.prependListener('request', (_incoming, outgoing) => announceClose(outgoing))
  for (const outgoing of running) announceClose(outgoing)
  await Promise.race([drain(running), elapse(closeTimeout, undefined, { ref: false })])
  server.closeAllConnections()
  await closed
}

async function drain(running: ReadonlySet<ServerResponse>): Promise<void> {
  // Again for those that have come meanwhile.
  while (running.size > 0) {
    await Promise.all([...running].map((outgoing) => new Promise((resolve) => outgoing.once('close', resolve))))
  }
}

function announceClose(outgoing: ServerResponse): void {
  if (!outgoing.headersSent) outgoing.setHeader('connection', 'close')
}
