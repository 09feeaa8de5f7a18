import { once } from 'node:events'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { createHttpServer } from '../../../src/api/http-server.ts'
import type { ProxyRoute } from '../../../src/api/proxy/proxy-route.ts'
import type { JudgeCredential } from '../../../src/api/proxy/proxy-rule.ts'
import { createReverseProxy, type ReverseProxyOptions } from '../../../src/api/proxy/reverse-proxy.ts'
import { networkOrigin, type RequestOrigin } from '../../../src/api/request/request-origin.ts'
import type { Refusal } from '../../../src/refusal.ts'
import type { Backend } from '../../support/backend.ts'
import { recordLog } from '../api-harness.ts'

export interface ProxySceneOptions extends Partial<Pick<ReverseProxyOptions, 'timeouts' | 'loopbackHttp'>> {
  readonly judgeCredential?: JudgeCredential
  /** What the connections say of themselves; none: what they are. */
  readonly origin?: RequestOrigin
}

export interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headersDistinct']
  readonly body: string
}

export interface ProxyScene extends AsyncDisposable {
  readonly port: number
  readonly refusals: readonly Refusal[]
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  ask(path: string, options?: RequestOptions & { readonly body?: string }): Promise<Answer>
  /** Everything that came back on a connection on which these octets were sent. */
  send(octets: string): Promise<string>
}

/** The proxy behind the hub's HTTP server; the hub itself answers "our own". */
export async function openProxyScene(
  routes: readonly ProxyRoute[],
  { origin, timeouts, ...options }: ProxySceneOptions = {},
): Promise<ProxyScene> {
  const { logger, lines } = recordLog()
  const refusals: Refusal[] = []
  const forwarder = createReverseProxy({
    routes,
    judgeCredential: () => undefined,
    https: { serverNames: () => ['hub.example.com'], publicHost: 'hub.example.com', httpsPort: 3000 },
    loopbackHttp: true,
    recordRefusal: (refusal) => void refusals.push(refusal),
    logger,
    ...(timeouts ? { timeouts } : {}),
    ...options,
  })
  const ofSocket = networkOrigin()
  const originOf: typeof ofSocket = (socket) => origin ?? ofSocket(socket)
  const http = createHttpServer({
    fetch: () => new Response('our own'),
    originOf,
    logger,
    forwarder,
    upgrade: {
      isAccepted: forwarder.isWebSocket,
      take: (request, head) => forwarder.forwardWebSocket(request, head, originOf(request)),
    },
  })
  const listener = createServer((socket) => void http.server.emit('connection', socket)).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    port,
    refusals,
    lines,
    async ask(path, { body, ...request } = {}) {
      const outgoing = requestHttp({ host: '127.0.0.1', port, path, agent: false, ...request }).end(body)
      const [answer]: IncomingMessage[] = await once(outgoing, 'response')
      if (!answer) throw new Error('no answer')
      return { status: answer.statusCode, headers: answer.headersDistinct, body: await text(answer) }
    },
    async send(octets) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(octets, 'latin1')
      return text(socket)
    },
    async [Symbol.asyncDispose]() {
      listener.close()
      await http[Symbol.asyncDispose]()
    },
  }
}

export function routeTo({ host, port }: Pick<Backend, 'host' | 'port'>, route: Partial<ProxyRoute> = {}): ProxyRoute {
  return { path: '/app', backend: { host, port }, auth: 'none', keepPrefix: false, trusted: false, ...route }
}
