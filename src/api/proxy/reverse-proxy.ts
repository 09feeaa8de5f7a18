import { randomUUID } from 'node:crypto'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { RecordRefusal } from '../../refusal.ts'
import { hasBody } from '../request/body-deadline.ts'
import type { RequestOrigin } from '../request/request-origin.ts'
import { strictTransport } from '../security-headers.ts'
import { BackendTimeout, type ProxyTimeouts } from './backend-request.ts'
import { exchange } from './exchange.ts'
import { forwardedHeaders } from './forwarded-request.ts'
import { type GuardedExchange, GuardedExchanges } from './guarded-exchanges.ts'
import { readTokens } from './hop-by-hop.ts'
import { answerProblem, answerRedirect, type ClientExchange } from './own-answer.ts'
import { findRoute, longestFirst, type ProxyCredential, type ProxyRoute } from './proxy-route.ts'
import { judgeProxied, METHODS, type ProxyPolicy } from './proxy-rule.ts'

export interface ReverseProxyOptions extends Omit<ProxyPolicy, 'pseudonym'> {
  readonly routes: readonly ProxyRoute[]
  readonly recordRefusal: RecordRefusal
  readonly logger: Logger
  readonly timeouts?: ProxyTimeouts
}

/** Answers the paths that belong to other servers. */
export interface ReverseProxy {
  /** Whether the path is one of theirs. */
  covers(request: IncomingMessage): boolean
  forward(incoming: IncomingMessage, outgoing: ServerResponse, origin: RequestOrigin): void
  /** Whether the request is for one of theirs and asks for a WebSocket: RFC 6455 §4.1. */
  isWebSocket(request: IncomingMessage): boolean
  /** Forwards a request whose socket has left HTTP; `head` is what was read behind it. */
  forwardWebSocket(incoming: IncomingMessage, head: Buffer, origin: RequestOrigin): void
  /** Ends what is forwarded for those whose credential would be refused now. */
  endRefused(): void
}

const TIMEOUTS: ProxyTimeouts = { connect: 10_000, answer: 60_000, idle: 60_000 }

export function createReverseProxy(options: ReverseProxyOptions): ReverseProxy {
  const { https, recordRefusal, logger, timeouts = TIMEOUTS } = options
  const routes = longestFirst(options.routes)
  const policy: ProxyPolicy = {
    https,
    judgeCredential: options.judgeCredential,
    // It may change while we run.
    get loopbackHttp() {
      return options.loopbackHttp
    },
    pseudonym: `signet-${randomUUID()}`,
  }
  const guarded = new GuardedExchanges()
  const routeOf = ({ url = '' }: IncomingMessage): ProxyRoute | undefined => findRoute(routes, url)
  return {
    covers: (request) => routeOf(request) !== undefined,
    forward: (incoming, outgoing, origin) => forward({ incoming, outgoing }, origin),
    isWebSocket: (request) => asksForWebSocket(request) && routeOf(request) !== undefined,
    forwardWebSocket(incoming, head, origin) {
      forward({ incoming, outgoing: answerBeyondHttp(incoming) }, origin, head)
    },
    endRefused: () => guarded.endRefused(),
  }

  function forward(client: ClientExchange, origin: RequestOrigin, head?: Buffer): void {
    const route = routeOf(client.incoming)
    if (!route) throw new Error('A request was forwarded that no route covers')
    const { incoming } = client
    const requestId = randomUUID()
    const verdict = judgeProxied(incoming, origin, route, policy)
    if (verdict.action === 'redirect') return answerRedirect(client, verdict.status, verdict.location)
    const hostname = URL.parse(`https://${incoming.headers.host}`)?.hostname
    const ownHeaders = strictTransport(origin, hostname, https.publicHost)
    if (verdict.action === 'refuse') {
      const { code, detail, refusal } = verdict
      if (refusal) recordRefusal({ surface: origin.surface, address: origin.address, ...refusal })
      const allow = code === 'method_not_allowed' ? { allow: METHODS } : {}
      return answerProblem(client, { code, detail, requestId }, { ...ownHeaders, ...allow })
    }
    const headers = forwardedHeaders(incoming, { route, origin, pseudonym: policy.pseudonym })
    exchange({
      ...client,
      route,
      call: {
        method: incoming.method ?? 'GET',
        path: verdict.target,
        headers: head === undefined ? headers : { ...headers, connection: 'Upgrade', upgrade: 'websocket' },
      },
      timeouts,
      ownHeaders,
      ...(head === undefined ? {} : { head }),
      onEnd: route.auth === 'none' ? () => undefined : guard(incoming, route.auth, origin),
      onFailure(err) {
        if (err instanceof DomainError) {
          return answerProblem(client, { code: err.code, detail: err.message, requestId }, ownHeaders)
        }
        const { host, port } = route.backend
        const fields = { component: 'proxy', requestId, path: route.path, backend: `${host}:${port}`, err }
        logger.warn(fields, 'A backend did not answer')
        const code = err instanceof BackendTimeout ? 'backend_timeout' : 'backend_unreachable'
        answerProblem(client, { code, detail: DETAILS[code](route.path), requestId }, ownHeaders)
      },
    })
  }

  /** Returns what is to be called when it is over. */
  function guard(incoming: IncomingMessage, credential: ProxyCredential, origin: RequestOrigin): () => void {
    const { surface, address } = origin
    const running: GuardedExchange = {
      judge: () => policy.judgeCredential(credential, incoming, origin),
      end(refusal) {
        recordRefusal({ surface, address, ...refusal })
        incoming.socket.destroy()
      },
    }
    guarded.add(running)
    return () => guarded.delete(running)
  }
}

const DETAILS = {
  backend_timeout: (path: string) => `The server behind ${path} did not answer in time`,
  backend_unreachable: (path: string) => `The server behind ${path} cannot be reached, or broke off: see the hub's log`,
}

/** HTTP/2 without TLS is no protocol of ours, and a body would stand before the frames. */
function asksForWebSocket(request: IncomingMessage): boolean {
  const { method, headers, httpVersion } = request
  return (
    method === 'GET' &&
    httpVersion === '1.1' &&
    !hasBody(request) &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    readTokens(headers.connection ?? '').includes('upgrade')
  )
}

/** Node leaves a socket that asks for an upgrade to us: what is answered instead is the last that it carries. */
function answerBeyondHttp(incoming: IncomingMessage): ServerResponse {
  const { socket } = incoming
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  outgoing.assignSocket(socket)
  outgoing.once('finish', () => socket.destroySoon())
  // Whatever broke, "close" follows.
  socket.on('error', () => undefined)
  return outgoing
}
