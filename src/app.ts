import type { Socket } from 'node:net'
import { createApi } from './api/api.ts'
import { createHttpServer } from './api/http-server.ts'
import { localSocketOrigin, networkOrigin, OWN_ORIGIN } from './api/request/request-origin.ts'
import { isWebSocketRequest } from './api/request/websocket-rule.ts'
import { createDoorOptions } from './app-doors.ts'
import { cutAtEmqxToo } from './app-emqx.ts'
import { openPremises } from './app-premises.ts'
import { createReadiness } from './app-readiness.ts'
import { createStores } from './app-stores.ts'
import type { MessageFeed } from './broker/delivery/message-feed.ts'
import { openMqttBroker } from './broker/mqtt-broker.ts'
import { createWebSocketDoor, SUB_PROTOCOLS } from './broker/websocket/websocket-door.ts'
import { createTimeSigner } from './ca/time-signer.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { brokerLimits } from './config-limits.ts'
import { databaseFailure } from './db/database-failure.ts'
import { openMqttDatabase } from './db/mqtt/mqtt-database.ts'
import { readAddress } from './edge/address.ts'
import { judgeChain } from './edge/chain-verdict.ts'
import { createHttpDoor } from './edge/http-door.ts'
import { openListener } from './edge/listener.ts'
import { openLocalSocket } from './edge/local-socket.ts'
import { createMqttDoor } from './edge/mqtt-door.ts'
import { OpenSockets } from './edge/open-sockets.ts'
import { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import { ensureAdminToken } from './registry/admin-token.ts'
import { type MayAccess, narrowPolicy } from './registry/narrowed-access.ts'
import type { Cutter } from './registry/ports.ts'
import type { RecordedRefusal } from './registry/refusal-ring.ts'
import { createRegistry, type RegistryOptions } from './registry/registry.ts'
import { VERSION } from './version.ts'

export interface Hub extends AsyncDisposable {
  readonly mqttPort: number
  readonly apiPort: number
  readonly caFingerprint: string
  /** PEM; what devices verify the hub with. */
  readonly caCertificate: string
  readonly caCreated: boolean
  /** None of a hub in memory. */
  readonly adminTokenFile?: string
  readonly serverNames: readonly string[]
  readonly events: EventFeed
  /** Every message that was accepted. */
  readonly messages: Pick<MessageFeed, 'subscribe'>
  /** Asks the API as its administrator, without a connection; of the URL only path and query matter. */
  fetch(request: Request): Promise<Response>
}

export interface HubOverrides {
  readonly logger: Logger
  /** Told to whoever finds the data folder in use. */
  readonly pid: number
  readonly clock?: Clock
  /** Neither of the two folders is touched: all is gone with the hub. */
  readonly inMemory?: boolean
  /** Asked beside the policies, which it can only narrow; its answers hold until a policy changes. */
  readonly mayAccess?: MayAccess
}

const OVERLAP_SWEEP_MS = 30_000

/** Builds the hub in dependency order and opens its listeners last; if a step throws, what was built is released. */
export async function startHub(config: Config, overrides: HubOverrides): Promise<Hub> {
  const { logger, pid, clock = systemClock, inMemory = false, mayAccess } = overrides
  await using stack = new AsyncDisposableStack()
  const events = new EventFeed()

  const { database, pki, files } = await openPremises(config, { logger, clock, pid, inMemory }, stack)
  const registryStores = createStores(database)
  // The broker and the client ids are made from this registry, below; there is nothing to cut before it listens.
  const cutter: Cutter = {
    cutCertificates: (fingerprints, reason) => broker.sessions.cutCertificates(fingerprints, reason),
    cutIdentity: (kind, id, reason) => broker.sessions.cutIdentity(kind, id, reason),
    forgetIdentity: (kind, id, userId) => broker.forgetIdentity(kind, id, userId),
    liftBan: (kind, id) => broker.liftBan(kind, id),
  }
  const registry = createRegistry({
    stores: registryStores,
    issuer: pki.authority,
    cutter: cutAtEmqxToo(cutter, config, stack, {
      stores: registryStores,
      clientIds: { holderOf: (clientId) => registry.clientIds.holderOf(clientId) },
      caCertificatePem: pki.authority.caCertificatePem,
      events,
      logger,
      clock,
    }),
    judgeChain: (certificate) => judgeChain(certificate, pki.clientCa),
    allowCommonNameOnly: config.emqx.allow_cn_only,
    unknownCertificates: { mode: config.ca.unknown, owner: config.ca.unknown_owner },
    inBackground: (work) => inBackground(work, logger),
    onNewRefusal: (refusal) => announceRefusal(refusal, events, logger),
    events,
    clock,
    ...(mayAccess ? { narrowAccess: narrowBy(mayAccess, logger) } : {}),
  })
  const recordRefusal = registry.refusals.record
  if (files) ensureAdminToken({ path: files.adminToken, tokens: registry.tokens })
  repeat(stack, OVERLAP_SWEEP_MS, () => inBackground(registry.revocations.endOverlaps(), logger))

  // Disposed after those who speak on them.
  const sockets = stack.use(new OpenSockets())
  const stores = stack.use(
    openMqttDatabase({
      ...(files ? { file: files.mqttDatabase } : {}),
      durability: config.mqtt.durability,
      maxBytes: config.limits.store_bytes,
      clock,
      onFailure: (err) => logger.error({ component: 'broker', err }, 'Messages could not be kept'),
      onRecovery: () => logger.info({ component: 'broker' }, 'Messages are kept again'),
    }),
  )
  const broker = stack.use(
    await openMqttBroker({
      ...registry,
      directory: { ...registry.admissions, noteConnection: registry.noteConnection },
      recordRefusal,
      stores,
      events,
      clock,
      logger,
      limits: brokerLimits(config),
      status: { version: VERSION, seconds: config.mqtt.sys_interval },
    }),
  )
  const ports = { mqtt: config.mqtt.port, api: config.api.port }
  const https = {
    serverNames: () => pki.server.names,
    publicHost: config.public_host,
    get httpsPort() {
      return ports.api
    },
  }
  const webSocket = { subProtocols: SUB_PROTOCOLS, allowedOrigins: config.mqtt.allowed_origins }
  const api = createApi({
    ...registry,
    recordRefusal,
    trust: pki.authority,
    broker: {
      brokerHost: config.public_host ?? 'localhost',
      get mqttPort() {
        return ports.mqtt
      },
    },
    https,
    webSocket,
    loopbackHttp: config.api.loopback_http,
    health: { level: () => logger.level },
    readiness: createReadiness({ database, stores, logger }, stack),
    signTime: createTimeSigner(pki.server),
    explainFailure: (error) => databaseFailure('hub.db', error),
    clock,
    logger,
    version: VERSION,
  })

  const doors = createDoorOptions(config, { pki, sockets, recordRefusal })
  const takeWebSocket = createWebSocketDoor({
    limits: brokerLimits(config),
    onConnection: (connection) => broker.accept(connection, 'wss'),
  })
  const http = stack.use(
    createHttpServer({
      fetch: api.fetch,
      originOf: networkOrigin(readAddress),
      logger,
      upgrade: {
        isAccepted: (request, origin) => isWebSocketRequest(request, origin, https, webSocket),
        take(request, head) {
          const connection = httpDoor.connectionOf(request.socket)
          if (connection) takeWebSocket({ request, head, connection })
        },
      },
    }),
  )
  const local = stack.use(createHttpServer({ fetch: api.fetch, originOf: localSocketOrigin, logger }))
  const mqttDoor = createMqttDoor({
    ...doors,
    onConnection: (connection) => broker.accept(connection, 'mqtts'),
  })
  const mqttListener = stack.use(await openListener({ ...config.mqtt, setting: 'mqtt', onConnection: mqttDoor }))
  ports.mqtt = mqttListener.port
  const httpDoor = createHttpDoor({ ...doors, onConnection: (socket) => http.server.emit('connection', socket) })
  // Half-open until its first request; one that becomes a WebSocket, until its CONNECT.
  http.server.on('request', ({ socket }) => httpDoor.connectionOf(socket)?.markOpen())
  const apiListener = stack.use(await openListener({ ...config.api, setting: 'api', onConnection: httpDoor.enter }))
  ports.api = apiListener.port
  if (files) {
    const onConnection = (socket: Socket) => local.server.emit('connection', socket)
    stack.use(await openLocalSocket({ path: files.localSocket, onConnection }))
  }

  logger.info({ component: 'hub', mqttPort: ports.mqtt, apiPort: ports.api }, 'Hub ready')
  const resources = stack.move()
  return {
    mqttPort: ports.mqtt,
    apiPort: ports.api,
    caFingerprint: pki.authority.fingerprint,
    caCertificate: pki.authority.caCertificatePem,
    caCreated: pki.caCreated,
    ...(files ? { adminTokenFile: files.adminToken } : {}),
    serverNames: pki.server.names,
    events,
    messages: broker.messages,
    fetch: async (request) => api.fetch(request, { origin: OWN_ORIGIN }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function narrowBy(mayAccess: MayAccess, logger: Logger): NonNullable<RegistryOptions['narrowAccess']> {
  const onFailure = (err: unknown): void =>
    logger.error({ component: 'registry', err }, 'The policy function failed, and nothing is allowed')
  return (policy, identity) => narrowPolicy(policy, identity, { mayAccess, onFailure })
}

function announceRefusal(refusal: RecordedRefusal, events: EventFeed, logger: Logger): void {
  const { surface, cause, address, mend, presented, expected } = refusal
  logger.warn({ component: 'refusals', surface, cause, address, presented, expected, mend }, 'Refused')
  events.publish('connection.refused', { surface, cause, address })
}

function repeat(stack: AsyncDisposableStack, intervalMs: number, work: () => void): void {
  const timer = setInterval(work, intervalMs)
  stack.defer(() => clearInterval(timer))
}

/** For work that nobody waits for: its failure is an operator's to know. */
function inBackground(work: Promise<void>, logger: Logger): void {
  work.catch((error) => logger.error({ component: 'registry', err: error }, 'Background work failed'))
}
