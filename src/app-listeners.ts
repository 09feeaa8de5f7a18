import type { Socket } from 'node:net'
import { createHttpServer, type HttpServerOptions } from './api/http-server.ts'
import type { ReverseProxy } from './api/proxy/reverse-proxy.ts'
import { localSocketOrigin, networkOrigin } from './api/request/request-origin.ts'
import { createDoorOptions, type DoorParts } from './app-doors.ts'
import { openPorts, type PortParts } from './app-ports.ts'
import { createWebSocketDoor } from './broker/websocket/websocket-door.ts'
import type { Config } from './config.ts'
import { brokerLimits } from './config-limits.ts'
import { readAddress } from './edge/address.ts'
import { createHttpSockets } from './edge/http-sockets.ts'
import { openLocalSocket } from './edge/local-socket.ts'

export interface ListenerParts extends DoorParts, Pick<PortParts, 'broker' | 'https' | 'logger' | 'ports'> {
  readonly fetch: HttpServerOptions['fetch']
  readonly isWebSocketAccepted: NonNullable<HttpServerOptions['upgrade']>['isAccepted']
  readonly proxy: ReverseProxy
  /** None: no local socket. */
  readonly localSocket: string | undefined
}

/** Opens the ports, the local socket last: who asks there finds all of it. */
export async function openListeners(config: Config, parts: ListenerParts, stack: AsyncDisposableStack): Promise<void> {
  const { pki, broker, fetch, isWebSocketAccepted, proxy, localSocket, logger } = parts
  const doors = createDoorOptions(config, parts)
  const takeWebSocket = createWebSocketDoor({
    limits: brokerLimits(config),
    onConnection: (connection) => broker.accept(connection, 'wss'),
  })
  const sockets = createHttpSockets((socket) => http.server.emit('connection', socket))
  const { addressOf, peerOf } = sockets
  const isProxy = doors.proxies.has
  const originOf = networkOrigin({ addressOf, peerOf, isProxy, isDirect: (socket) => !isProxy(readAddress(socket)) })
  const http = stack.use(
    createHttpServer({
      fetch,
      originOf,
      logger,
      forwarder: proxy,
      recordRefusal: parts.recordRefusal,
      upgrade: {
        isAccepted: (request, origin) => isWebSocketAccepted(request, origin) || proxy.isWebSocket(request),
        take(request, head) {
          const { socket } = request
          if (!proxy.covers(request)) {
            return sockets.withConnection(socket, (connection) => takeWebSocket({ request, head, connection }))
          }
          sockets.withConnection(socket, ({ markOpen }) => markOpen())
          proxy.forwardWebSocket(request, head, originOf(request))
        },
      },
    }),
  )
  // Half-open until its first request; one that becomes a WebSocket, until its CONNECT.
  http.server.on('request', ({ socket }) => sockets.withConnection(socket, ({ markOpen }) => markOpen()))
  const local = stack.use(createHttpServer({ fetch, originOf: localSocketOrigin, logger }))
  // Before HTTP waits for what it still has to answer.
  stack.defer(() => broker.remoteCalls.stop())
  const served = { https: pki.https.served, mqtts: pki.mqtts.served }
  await openPorts(config, { ...parts, doors, served, http: sockets }, stack)
  if (localSocket === undefined) return
  const onConnection = (socket: Socket) => local.server.emit('connection', socket)
  stack.use(await openLocalSocket({ path: localSocket, onConnection }))
}
