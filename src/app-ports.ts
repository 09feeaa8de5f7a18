import { createHttpServer } from './api/http-server.ts'
import type { HttpsIdentity } from './api/ports.ts'
import { createRedirect } from './api/redirect/redirect.ts'
import { networkOrigin } from './api/request/request-origin.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Config } from './config.ts'
import { type PlannedListener, planListeners } from './config-listeners.ts'
import { createHttpDoor, createPlainHttpDoor } from './edge/http-door.ts'
import { createHttpSockets, type HttpSockets } from './edge/http-sockets.ts'
import { openListener } from './edge/listener.ts'
import { createMqttDoor, type DoorOptions } from './edge/mqtt-door.ts'
import { createNetworks, type Networks } from './edge/networks.ts'
import { createPlainMqttDoor } from './edge/plain-mqtt-door.ts'
import type { SecureConnection } from './edge/secure-server.ts'
import type { ServedCertificate } from './edge/served-certificate.ts'
import { createSingleDoor } from './edge/single-door.ts'
import type { Logger } from './logger.ts'

/** The open ones; of MQTT and of the API the same where one serves both. */
export interface Ports {
  mqtt: number
  api: number
  /** None: not asked for. */
  plainMqtt: number | undefined
  redirect: number | undefined
}

/** What each surface shows in its handshakes. */
export interface ShownCertificates {
  readonly https: ServedCertificate
  readonly mqtts: ServedCertificate
}

export interface PortParts {
  readonly doors: Omit<DoorOptions, 'served'>
  readonly served: ShownCertificates
  readonly broker: MqttBroker
  readonly http: HttpSockets
  readonly https: HttpsIdentity
  readonly logger: Logger
  /** Told as soon as each is known. */
  readonly ports: Ports
}

/** Opens MQTT first, then the API, and last what leads there. */
export async function openPorts(config: Config, parts: PortParts, stack: AsyncDisposableStack): Promise<void> {
  const { doors, served, broker, http, https, logger, ports } = parts
  const plan = planListeners(config)
  const connectSeconds = config.limits.connect_seconds
  const allow = readAllowed(config, logger)
  const mqtts = { ...doors, served: served.mqtts }
  const onConnection = (connection: SecureConnection): void => broker.accept(connection, 'mqtts')
  const open = async (planned: PlannedListener, door: Parameters<typeof openListener>[0]['onConnection']) =>
    stack.use(await openListener({ ...planned, onConnection: door })).port

  if (plan.plainMqtt) {
    const onPlain = createPlainMqttDoor({
      ...doors,
      connectSeconds,
      allow: config.mqtt.plain.allow,
      onConnection: (connection) => broker.accept(connection, 'mqtt'),
    })
    ports.plainMqtt = await open(plan.plainMqtt, onPlain)
  }
  if (plan.mqtt === plan.api) {
    ports.mqtt = await open(plan.mqtt, createSingleDoor({ ...mqtts, ...allow, connectSeconds, http, onConnection }))
    ports.api = ports.mqtt
    logger.info({ component: 'hub', port: ports.api }, 'One port and one certificate serve MQTT, HTTPS and WebSockets')
  } else {
    ports.mqtt = await open(plan.mqtt, createMqttDoor({ ...mqtts, onConnection }))
    ports.api = await open(plan.api, createHttpDoor({ ...doors, ...allow, served: served.https, http }))
  }
  if (plan.redirect) {
    const sockets = createHttpSockets((socket) => server.emit('connection', socket))
    const { server } = stack.use(
      createHttpServer({
        fetch: createRedirect(https, config.api.acme_folder),
        originOf: networkOrigin(sockets),
        recordRefusal: doors.recordRefusal,
        logger,
      }),
    )
    ports.redirect = await open(plan.redirect, createPlainHttpDoor({ ...doors, http: sockets }))
  }
}

/** What HTTPS is reached by; the ports are known once they are open. */
export function httpsIdentity(config: Config, pki: Pick<Pki, 'https'>, ports: Pick<Ports, 'api'>): HttpsIdentity {
  return {
    serverNames: () => pki.https.served.identity.names,
    get publicHost() {
      return config.public_host
    },
    get httpsPort() {
      return ports.api
    },
  }
}

function readAllowed({ api }: Config, logger: Logger): { readonly allow?: Networks } {
  if (api.allow.length === 0) return {}
  const allow = createNetworks(api.allow)
  if (!['127.0.0.1', '::1'].some(allow.has)) {
    const fields = { component: 'hub', allow: allow.text }
    logger.warn(fields, 'api.allow keeps out programs on this machine too: only the local socket is open to them')
  }
  return { allow }
}
