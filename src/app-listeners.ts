import type { Socket } from 'node:net'
import { createHttpServer, type HttpServerOptions } from './api/http-server.ts'
import { localSocketOrigin, networkOrigin } from './api/request/request-origin.ts'
import { createDoorOptions, type DoorParts } from './app-doors.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import { createWebSocketDoor } from './broker/websocket/websocket-door.ts'
import type { Config } from './config.ts'
import { brokerLimits } from './config-limits.ts'
import { readAddress } from './edge/address.ts'
import { createHttpDoor } from './edge/http-door.ts'
import { type Listener, openListener } from './edge/listener.ts'
import { openLocalSocket } from './edge/local-socket.ts'
import { createMqttDoor, type DoorOptions } from './edge/mqtt-door.ts'
import { createPlainMqttDoor } from './edge/plain-mqtt-door.ts'

export interface ListenerParts extends DoorParts {
  readonly broker: MqttBroker
  readonly fetch: HttpServerOptions['fetch']
  readonly isWebSocketAccepted: NonNullable<HttpServerOptions['upgrade']>['isAccepted']
  /** None: no local socket. */
  readonly localSocket: string | undefined
  /** Told as soon as each is known. */
  readonly ports: { mqtt: number; api: number; plainMqtt: number | undefined }
}

/** Opens MQTT first, then the API, the local socket last: who asks there finds all of it. */
export async function openListeners(config: Config, parts: ListenerParts, stack: AsyncDisposableStack): Promise<void> {
  const { broker, fetch, isWebSocketAccepted, localSocket, logger, ports } = parts
  const doors = createDoorOptions(config, parts)
  const takeWebSocket = createWebSocketDoor({
    limits: brokerLimits(config),
    onConnection: (connection) => broker.accept(connection, 'wss'),
  })
  const http = stack.use(
    createHttpServer({
      fetch,
      originOf: networkOrigin(readAddress),
      logger,
      recordRefusal: parts.recordRefusal,
      upgrade: {
        isAccepted: isWebSocketAccepted,
        take(request, head) {
          httpDoor.withConnection(request.socket, (connection) => takeWebSocket({ request, head, connection }))
        },
      },
    }),
  )
  const local = stack.use(createHttpServer({ fetch, originOf: localSocketOrigin, logger }))
  const mqttDoor = createMqttDoor({ ...doors, onConnection: (connection) => broker.accept(connection, 'mqtts') })
  const mqttListener = stack.use(await openListener({ ...config.mqtt, setting: 'mqtt', onConnection: mqttDoor }))
  ports.mqtt = mqttListener.port
  ports.plainMqtt = stack.use(await openPlainMqtt(config, doors, broker))?.port
  const httpDoor = createHttpDoor({ ...doors, onConnection: (socket) => http.server.emit('connection', socket) })
  // Half-open until its first request; one that becomes a WebSocket, until its CONNECT.
  http.server.on('request', ({ socket }) => httpDoor.withConnection(socket, ({ markOpen }) => markOpen()))
  const apiListener = stack.use(await openListener({ ...config.api, setting: 'api', onConnection: httpDoor.enter }))
  ports.api = apiListener.port
  if (localSocket === undefined) return
  const onConnection = (socket: Socket) => local.server.emit('connection', socket)
  stack.use(await openLocalSocket({ path: localSocket, onConnection }))
}

/** For devices without TLS; none unless it was asked for. */
async function openPlainMqtt(
  { mqtt: { plain } }: Config,
  { limits, sockets, recordRefusal }: Pick<DoorOptions, 'limits' | 'sockets' | 'recordRefusal'>,
  broker: MqttBroker,
): Promise<Listener | undefined> {
  const { host, port, allow } = plain
  if (host === undefined) return undefined
  const onConnection = createPlainMqttDoor({
    limits,
    sockets,
    recordRefusal,
    allow,
    onConnection: (connection) => broker.accept(connection, 'mqtt'),
  })
  return openListener({ host, port, setting: 'mqtt.plain', onConnection })
}
