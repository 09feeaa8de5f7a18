import { createApi } from './api/api.ts'
import { createTimings } from './api/metrics/timings.ts'
import { OWN_ORIGIN } from './api/request/request-origin.ts'
import { isWebSocketRequest } from './api/request/websocket-rule.ts'
import { brokerAddress, httpsIdentity, webSocketOffer } from './app-addresses.ts'
import { inBackground, repeat } from './app-background.ts'
import { openBackups } from './app-backup.ts'
import { ScheduledBackups } from './app-backup-schedule.ts'
import { openCaKey } from './app-ca-key.ts'
import { createSetUpLink } from './app-console.ts'
import { createConsoleFiles } from './app-console-files.ts'
import { createDiagnosis } from './app-diagnosis.ts'
import { logEvents } from './app-event-lines.ts'
import { openHappenings } from './app-events.ts'
import { openFleetCare, readRotations } from './app-fleet.ts'
import type { Hub, HubOverrides } from './app-hub.ts'
import { openListeners } from './app-listeners.ts'
import { openMetrics } from './app-metrics.ts'
import { openObservation } from './app-observation.ts'
import { createOcsp } from './app-ocsp.ts'
import type { Ports } from './app-ports.ts'
import { openPremises } from './app-premises.ts'
import { openReverseProxy } from './app-proxy.ts'
import { createReadiness } from './app-readiness.ts'
import { openRegistry } from './app-registry.ts'
import { createReload } from './app-reload.ts'
import { findFirstAuthority, openRevocationLists } from './app-revocation-lists.ts'
import { createStores, openMqttStores } from './app-stores.ts'
import { createSweep } from './app-sweep.ts'
import { traceBackups, traceCalls } from './app-tracing.ts'
import { tellExchanges, tellMistrust } from './app-trust.ts'
import { openMqttBroker } from './broker/mqtt-broker.ts'
import { createPkcs12 } from './ca/pkcs12.ts'
import { createTimeSigner } from './ca/time-signer.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { apiAuth, authModes } from './config-auth.ts'
import { brokerLimits } from './config-limits.ts'
import { LiveConfig } from './config-live.ts'
import { databaseFailure } from './db/database-failure.ts'
import { OpenSockets } from './edge/open-sockets.ts'
import { EventFeed } from './events.ts'
import type { RecordRefusal } from './refusal.ts'
import { ensureAdminToken } from './registry/admin-token.ts'
import { createDeniedTopics } from './registry/denied-topics.ts'
import { VERSION } from './version.ts'

const SWEEP_MS = 30_000
const WATCH_MS = 1000

/** Builds the hub in dependency order and opens its listeners last; if a step throws, what was built is released. */
export async function startHub(initial: Config, overrides: HubOverrides): Promise<Hub> {
  const { logger, clock = systemClock, inMemory = false, fastPath = true, mayAccess, reread, backupCost } = overrides
  const live = new LiveConfig(initial)
  const config = live.settings
  await using stack = new AsyncDisposableStack()
  const events = new EventFeed()
  stack.use(logEvents(events, logger))
  logger.info({ component: 'hub', version: VERSION }, 'Hub starting')
  stack.defer(() => logger.info({ component: 'hub' }, 'Hub stopped'))
  const timings = createTimings()

  const { database, pki, files } = await openPremises(config, { ...overrides, clock, inMemory }, stack)
  const registryStores = createStores(database, clock)
  const { transaction, audit } = registryStores
  const own = { database, transaction, events, clock, logger, pki, ports: () => Object.values(ports) }
  const { watchMessages, ...happenings } = openHappenings(config, own, stack)
  const revocationLists = openRevocationLists({ database, pki, clock, logger }, stack)
  const ocsp = createOcsp({ database, pki, clock, logger })
  const registry = openRegistry(
    config,
    {
      stores: registryStores,
      database,
      pki,
      broker: () => broker,
      endForwarding,
      revocationLists,
      timings,
      isAsked: readRotations(database),
      events,
      logger,
      clock,
      mayAccess,
    },
    stack,
  )
  const deniedTopics = createDeniedTopics(clock)
  const recordRefusal: RecordRefusal = (refusal, proven) => {
    registry.refusals.record(refusal, proven)
    deniedTopics.note(refusal)
  }
  const reload = createReload({ live, reread, reloadCertificates: pki.reload, endOthers, events, logger })
  tellMistrust({ database, pki, clock, logger })
  const isNew = files !== undefined && ensureAdminToken({ path: files.adminToken, tokens: registry.tokens })

  // Disposed after those who speak on them.
  const sockets = stack.use(new OpenSockets())
  const stores = stack.use(openMqttStores(config, { file: files?.mqttDatabase, clock, logger, timings }))
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
  watchMessages(broker.messages)
  const fleet = openFleetCare(
    { database, stores: registryStores, pki, registry, broker, recordRefusal, events, clock, logger },
    stack,
  )
  const caFingerprint = findFirstAuthority(database, pki)
  const backups = traceBackups(openBackups({ files, caFingerprint, clock, logger, cost: backupCost }, stack))
  const scheduled = stack.use(new ScheduledBackups(config, { backups, audit, events, clock, logger }))
  const swept = { config, registry, audit, clock, broker, pki, revocationLists, fleet, scheduled, endOthers, logger }
  const sweep = createSweep(swept)
  repeat(stack, SWEEP_MS, sweep)
  repeat(stack, WATCH_MS, () => inBackground(pki.watch(), logger))
  // A certificate may live for a minute: half of that would be long to live on.
  repeat(stack, WATCH_MS, () => inBackground(broker.sessions.cutEnded(clock()), logger))
  const ports: Ports = { mqtt: config.mqtt.port, api: config.api.port, plainMqtt: undefined, redirect: undefined }
  const https = httpsIdentity(config, pki, ports)
  const proxy = openReverseProxy(config, { registry, https, logger })
  const webSocket = webSocketOffer(config)
  const readiness = createReadiness({ database, stores, pki, revocationLists, scheduled, clock, logger }, stack)
  const observation = openObservation(
    config,
    {
      ...{ database, broker, registry, pki, revocationLists, ocsp, deniedTopics, readiness, scheduled, files },
      ...{ expiry: fleet.expiry, runtime: overrides.runtime, originOf: overrides.originOf, events, clock, logger },
    },
    stack,
  )
  const api = createApi({
    ...registry,
    ...fleet,
    ...observation,
    backups,
    modes: authModes(config),
    recordRefusal,
    renewOwnCertificate: () => pki.renewal.renew(),
    certificateAuthority: openCaKey({ pki, revocationLists, events, logger }, stack),
    trust: pki,
    revocationLists,
    answerOcsp: ocsp.answer,
    broker: brokerAddress(config, ports),
    audit,
    sessions: broker.sessionList,
    bans: broker.bans,
    remoteCalls: traceCalls(broker.remoteCalls),
    publisher: { publish: broker.publish, packetBytes: () => config.limits.packet_bytes },
    https,
    webSocket,
    get loopbackHttp() {
      return config.api.loopback_http
    },
    consoleFiles: createConsoleFiles(),
    configuration: { reload: (judge) => reload((next) => judge(apiAuth(next))) },
    allowedOrigins: config.api.allowed_origins,
    health: { level: () => logger.level },
    readiness,
    metrics: openMetrics({ broker, registry, events, pki, fleet, scheduled, readiness, timings, ...happenings, files }),
    timings,
    diagnosis: createDiagnosis(config, {
      ...{ stores: registryStores, registry, broker, pki, events, readiness },
      ...{ databaseFile: files?.mqttDatabase, ports, lastSeen: observation.lastSeen, clock },
    }),
    createKeyStore: createPkcs12,
    ...happenings,
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
      ocsp,
      sockets,
      recordRefusal,
      broker,
      fetch: api.fetch,
      https,
      isWebSocketAccepted: (request, origin) => isWebSocketRequest(request, origin, https, webSocket),
      proxy,
      localSocket: files?.localSocket,
      logger,
      timings,
      ports,
    },
    stack,
  )

  // Ended first: nobody waits for the end of a stream that has none.
  stack.use(happenings.eventStreams)
  stack.use(observation.messageStreams)
  tellExchanges(pki, audit, events)
  inBackground(revocationLists.refresh(), logger)
  logger.info({ component: 'hub', mqttPort: ports.mqtt, apiPort: ports.api }, 'Hub ready')
  const resources = stack.move()
  const ask = async (request: Request): Promise<Response> => api.fetch(request, { origin: OWN_ORIGIN })
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
    ...(isNew ? { createSetUpLink: () => createSetUpLink(ask, authModes(config).api) } : {}),
    fetch: ask,
    [Symbol.asyncDispose]() {
      logger.info({ component: 'hub' }, 'Hub stopping')
      return resources.disposeAsync()
    },
  }

  function endForwarding(): void {
    proxy.endRefused()
    happenings.eventStreams.endRefused()
    observation.messageStreams.endRefused()
  }

  async function endOthers(): Promise<void> {
    endForwarding()
    await broker.sessions.cutOthersThan(registry.connectAdmissions.isStillAdmitted)
  }
}
