import { createApi } from './api/api.ts'
import { OWN_ORIGIN } from './api/request/request-origin.ts'
import { isWebSocketRequest } from './api/request/websocket-rule.ts'
import { inBackground, repeat } from './app-background.ts'
import { openCaKey } from './app-ca-key.ts'
import { createDiagnosis } from './app-diagnosis.ts'
import { openListeners } from './app-listeners.ts'
import type { Ports } from './app-ports.ts'
import { openPremises } from './app-premises.ts'
import { openReverseProxy } from './app-proxy.ts'
import { createReadiness } from './app-readiness.ts'
import { openRegistry } from './app-registry.ts'
import { createReload } from './app-reload.ts'
import { openRevocationLists } from './app-revocation-lists.ts'
import { createStores, openMqttStores } from './app-stores.ts'
import { createSweep } from './app-sweep.ts'
import { announceExchanges, tellMistrust } from './app-trust.ts'
import type { MessageFeed } from './broker/delivery/message-feed.ts'
import { openMqttBroker } from './broker/mqtt-broker.ts'
import { SUB_PROTOCOLS } from './broker/websocket/websocket-door.ts'
import type { AskSecret } from './ca/ca-key.ts'
import { createTimeSigner } from './ca/time-signer.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { apiAuth, authModes } from './config-auth.ts'
import { brokerLimits } from './config-limits.ts'
import { LiveConfig } from './config-live.ts'
import { databaseFailure } from './db/database-failure.ts'
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
  /** Of redirects to HTTPS, where that is on. */
  readonly redirectPort: number | undefined
  readonly caFingerprint: string
  /** PEM; what devices verify the hub with. */
  readonly caCertificate: string
  readonly caCreated: boolean
  /** None of a hub in memory. */
  readonly adminTokenFile?: string
  /** Of the certificate that HTTPS shows now. */
  readonly serverNames: readonly string[]
  readonly events: EventFeed
  /** Every message that was accepted. */
  readonly messages: Pick<MessageFeed, 'subscribe'>
  /** Reads again the configuration and the files of certificates that it names, and puts in force what a running hub can take. */
  reload(): Promise<void>
  /** Ends at once what the clock has ended, as a hub does every 30 s by itself: for who moves its clock. */
  sweep(): Promise<void>
  /** Asks the API as its administrator, without a connection; of the URL only path and query matter. */
  fetch(request: Request): Promise<Response>
}

export interface HubOverrides {
  readonly logger: Logger
  /** Told to whoever finds the data folder in use. */
  readonly pid: number
  readonly clock?: Clock
  /** How the configuration is read again; without it the settings stay as they are. */
  readonly reread?: () => Promise<Config>
  /** Asked for the passphrase or PIN of the CA's key, where it needs one and none is configured. */
  readonly askSecret?: AskSecret
  /** Neither of the two folders is touched: all is gone with the hub. */
  readonly inMemory?: boolean
  /** Asked beside the policies, which it can only narrow; its answers hold until a policy changes. */
  readonly mayAccess?: MayAccess
  /** Off, MQTT packets take the long way; for tests. */
  readonly fastPath?: boolean
}

const SWEEP_MS = 30_000
const WATCH_MS = 1000

/** Builds the hub in dependency order and opens its listeners last; if a step throws, what was built is released. */
export async function startHub(initial: Config, overrides: HubOverrides): Promise<Hub> {
  const { logger, clock = systemClock, inMemory = false, fastPath = true, mayAccess, reread } = overrides
  const live = new LiveConfig(initial)
  const config = live.settings
  await using stack = new AsyncDisposableStack()
  const events = new EventFeed()

  const { database, pki, files } = await openPremises(config, { ...overrides, clock, inMemory }, stack)
  const registryStores = createStores(database)
  const revocationLists = openRevocationLists({ database, pki, clock }, stack)
  const registry = openRegistry(
    config,
    {
      stores: registryStores,
      database,
      pki,
      broker: () => broker,
      endForwarding: () => proxy.endRefused(),
      revocationLists,
      events,
      logger,
      clock,
      mayAccess,
    },
    stack,
  )
  const recordRefusal = registry.refusals.record
  const reload = createReload({ live, reread, reloadCertificates: pki.reload, endOthers, events, logger })
  tellMistrust({ database, pki, clock, logger })
  if (files) ensureAdminToken({ path: files.adminToken, tokens: registry.tokens })

  // Disposed after those who speak on them.
  const sockets = stack.use(new OpenSockets())
  const stores = stack.use(openMqttStores(config, { file: files?.mqttDatabase, clock, logger }))
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
  const sweep = createSweep({ registry, broker, pki, revocationLists, endOthers, logger })
  repeat(stack, SWEEP_MS, sweep)
  repeat(stack, WATCH_MS, () => inBackground(pki.watch(), logger))
  const ports: Ports = { mqtt: config.mqtt.port, api: config.api.port, plainMqtt: undefined, redirect: undefined }
  const https = {
    serverNames: () => pki.https.served.identity.names,
    get publicHost() {
      return config.public_host
    },
    get httpsPort() {
      return ports.api
    },
  }
  const proxy = openReverseProxy(config, { registry, https, logger })
  const webSocket = {
    subProtocols: SUB_PROTOCOLS,
    get allowedOrigins() {
      return config.mqtt.allowed_origins
    },
  }
  const readiness = createReadiness({ database, stores, pki, revocationLists, clock, logger }, stack)
  const api = createApi({
    ...registry,
    modes: authModes(config),
    recordRefusal,
    renewOwnCertificate: () => pki.renewal.renew(),
    certificateAuthority: openCaKey({ pki, revocationLists, events, logger }, stack),
    trust: pki,
    revocationLists,
    broker: {
      get brokerHost() {
        return config.public_host ?? 'localhost'
      },
      get mqttPort() {
        return ports.mqtt
      },
    },
    sessions: broker.sessionList,
    bans: broker.bans,
    publisher: { publish: broker.publish, packetBytes: () => config.limits.packet_bytes },
    https,
    webSocket,
    get loopbackHttp() {
      return config.api.loopback_http
    },
    configuration: { reload: (judge) => reload((next) => judge(apiAuth(next))) },
    allowedOrigins: config.api.allowed_origins,
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
    signTime: createTimeSigner(() => pki.mqtts.served.identity),
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
      https,
      isWebSocketAccepted: (request, origin) => isWebSocketRequest(request, origin, https, webSocket),
      proxy,
      localSocket: files?.localSocket,
      logger,
      ports,
    },
    stack,
  )

  announceExchanges(pki, events)
  inBackground(revocationLists.refresh(), logger)
  logger.info({ component: 'hub', mqttPort: ports.mqtt, apiPort: ports.api }, 'Hub ready')
  const resources = stack.move()
  return {
    mqttPort: ports.mqtt,
    plainMqttPort: ports.plainMqtt,
    apiPort: ports.api,
    redirectPort: ports.redirect,
    get caFingerprint() {
      return pki.authority.fingerprint
    },
    get caCertificate() {
      return pki.anchorPem
    },
    caCreated: pki.caCreated,
    ...(files ? { adminTokenFile: files.adminToken } : {}),
    get serverNames() {
      return pki.https.served.identity.names
    },
    events,
    messages: broker.messages,
    reload: async () => void (await (reread ? reload() : pki.reload())),
    sweep,
    fetch: async (request) => api.fetch(request, { origin: OWN_ORIGIN }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }

  async function endOthers(): Promise<void> {
    proxy.endRefused()
    await broker.sessions.cutOthersThan(registry.connectAdmissions.isStillAdmitted)
  }
}
