import { createApi } from './api/api.ts'
import { OWN_ORIGIN } from './api/request/request-origin.ts'
import { isWebSocketRequest } from './api/request/websocket-rule.ts'
import { inBackground, repeat } from './app-background.ts'
import { createDiagnosis } from './app-diagnosis.ts'
import { openListeners } from './app-listeners.ts'
import { openPremises } from './app-premises.ts'
import { createReadiness } from './app-readiness.ts'
import { openRegistry } from './app-registry.ts'
import { createStores } from './app-stores.ts'
import type { MessageFeed } from './broker/delivery/message-feed.ts'
import { openMqttBroker } from './broker/mqtt-broker.ts'
import { SUB_PROTOCOLS } from './broker/websocket/websocket-door.ts'
import { createTimeSigner } from './ca/time-signer.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { brokerLimits } from './config-limits.ts'
import { databaseFailure } from './db/database-failure.ts'
import { openMqttDatabase } from './db/mqtt/mqtt-database.ts'
import { OpenSockets } from './edge/open-sockets.ts'
import { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import { ensureAdminToken } from './registry/admin-token.ts'
import type { MayAccess } from './registry/narrowed-access.ts'
import { VERSION } from './version.ts'

export interface Hub extends AsyncDisposable {
  readonly mqttPort: number
  /** Of MQTT without TLS, where that is on. */
  readonly plainMqttPort: number | undefined
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
  /** Off, MQTT packets take the long way; for tests. */
  readonly fastPath?: boolean
}

const SWEEP_MS = 30_000

/** Builds the hub in dependency order and opens its listeners last; if a step throws, what was built is released. */
export async function startHub(config: Config, overrides: HubOverrides): Promise<Hub> {
  const { logger, pid, clock = systemClock, inMemory = false, fastPath = true, mayAccess } = overrides
  await using stack = new AsyncDisposableStack()
  const events = new EventFeed()

  const { database, pki, files } = await openPremises(config, { logger, clock, pid, inMemory }, stack)
  const registryStores = createStores(database)
  const registry = openRegistry(
    config,
    { stores: registryStores, pki, broker: () => broker, events, logger, clock, mayAccess },
    stack,
  )
  const recordRefusal = registry.refusals.record
  if (files) ensureAdminToken({ path: files.adminToken, tokens: registry.tokens })

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
      directory: { ...registry.connectAdmissions, noteConnection: registry.noteConnection },
      recordRefusal,
      stores,
      events,
      clock,
      logger,
      limits: brokerLimits(config),
      status: { version: VERSION, seconds: config.mqtt.sys_interval },
      fastPath,
    }),
  )
  repeat(stack, SWEEP_MS, () => {
    inBackground(registry.revocations.endOverlaps(), logger)
    inBackground(broker.sessions.cutEnded(clock()), logger)
    inBackground(registry.legacy.warn(), logger)
  })
  const ports = {
    mqtt: config.mqtt.port,
    api: config.api.port,
    plainMqtt: config.mqtt.plain.port as number | undefined,
  }
  const https = {
    serverNames: () => pki.server.names,
    publicHost: config.public_host,
    get httpsPort() {
      return ports.api
    },
  }
  const webSocket = { subProtocols: SUB_PROTOCOLS, allowedOrigins: config.mqtt.allowed_origins }
  const readiness = createReadiness({ database, stores, logger }, stack)
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
    readiness,
    diagnosis: createDiagnosis(config, {
      stores: registryStores,
      registry,
      broker,
      pki,
      events,
      readiness,
      databaseFile: files?.mqttDatabase,
      ports,
      clock,
    }),
    signTime: createTimeSigner(pki.server),
    explainFailure: (error) => databaseFailure('hub.db', error),
    clock,
    logger,
    version: VERSION,
  })

  await openListeners(
    config,
    {
      pki,
      sockets,
      recordRefusal,
      broker,
      fetch: api.fetch,
      isWebSocketAccepted: (request, origin) => isWebSocketRequest(request, origin, https, webSocket),
      localSocket: files?.localSocket,
      logger,
      ports,
    },
    stack,
  )

  logger.info({ component: 'hub', mqttPort: ports.mqtt, apiPort: ports.api }, 'Hub ready')
  const resources = stack.move()
  return {
    mqttPort: ports.mqtt,
    plainMqttPort: ports.plainMqtt,
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
