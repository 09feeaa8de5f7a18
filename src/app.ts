import { join, resolve } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { createApi } from './api/api.ts'
import { createHttpServer } from './api/http-server.ts'
import { localSocketOrigin, networkOrigin } from './api/request/request-origin.ts'
import { openPki, type Pki } from './app-pki.ts'
import { createStores } from './app-stores.ts'
import { openMqttBroker } from './broker/mqtt-broker.ts'
import { createTimeSigner } from './ca/time-signer.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { brokerLimits, connectionLimits } from './config-limits.ts'
import { ensureOwnFolder } from './db/data-folder.ts'
import { type Database, isAnswering, openDatabase } from './db/database.ts'
import { lockFolder } from './db/folder-lock.ts'
import { openMqttDatabase } from './db/mqtt/mqtt-database.ts'
import { readAddress } from './edge/address.ts'
import { judgeChain } from './edge/chain-verdict.ts'
import { ConnectionLimits } from './edge/connection-limits.ts'
import { createHttpDoor } from './edge/http-door.ts'
import { openListener } from './edge/listener.ts'
import { openLocalSocket } from './edge/local-socket.ts'
import { createMqttDoor, type DoorOptions } from './edge/mqtt-door.ts'
import { OpenSockets } from './edge/open-sockets.ts'
import { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { RecordRefusal } from './refusal.ts'
import { ensureAdminToken } from './registry/admin-token.ts'
import type { RecordedRefusal } from './registry/refusal-ring.ts'
import { createRegistry } from './registry/registry.ts'

export interface Hub extends AsyncDisposable {
  readonly mqttPort: number
  readonly apiPort: number
  readonly caFingerprint: string
  readonly caCreated: boolean
  readonly adminTokenFile: string
  readonly serverNames: readonly string[]
  readonly events: EventFeed
}

export interface HubOverrides {
  readonly logger: Logger
  /** Told to whoever finds the data folder in use. */
  readonly pid: number
  readonly clock?: Clock
}

const OVERLAP_SWEEP_MS = 30_000

/** Builds the hub in dependency order and opens its listeners last; if a step throws, what was built is released. */
export async function startHub(config: Config, { logger, pid, clock = systemClock }: HubOverrides): Promise<Hub> {
  await using stack = new AsyncDisposableStack()
  const dataDir = resolve(config.data_dir)
  const events = new EventFeed()

  const database = openDataFolder(dataDir, pid, stack)
  const pki = await openPki(config, clock, logger)
  const registry = createRegistry({
    stores: createStores(database),
    issuer: pki.authority,
    // The broker is made from this registry, below; there is nothing to cut before it listens.
    cutter: {
      cutCertificates: (fingerprints, reason) => broker.sessions.cutCertificates(fingerprints, reason),
      cutIdentity: (kind, id, reason) => broker.sessions.cutIdentity(kind, id, reason),
      forgetIdentity: (kind, id, userId) => broker.forgetIdentity(kind, id, userId),
    },
    judgeChain: (certificate) => judgeChain(certificate, pki.clientCa),
    allowCommonNameOnly: config.emqx.allow_cn_only,
    unknownCertificates: { mode: config.ca.unknown, owner: config.ca.unknown_owner },
    inBackground: (work) => inBackground(work, logger),
    onNewRefusal: (refusal) => announceRefusal(refusal, events, logger),
    events,
    clock,
  })
  const recordRefusal = registry.refusals.record
  const adminTokenFile = join(dataDir, 'admin-token')
  ensureAdminToken({ path: adminTokenFile, tokens: registry.tokens })
  repeat(stack, OVERLAP_SWEEP_MS, () => inBackground(registry.revocations.endOverlaps(), logger))

  // Disposed after those who speak on them.
  const sockets = stack.use(new OpenSockets())
  const stores = stack.use(
    openMqttDatabase({
      file: join(dataDir, 'mqtt.db'),
      durability: config.mqtt.durability,
      clock,
      onFailure: (err) => logger.error({ component: 'broker', err }, 'Messages could not be kept'),
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
    }),
  )
  const ports = { mqtt: config.mqtt.port, api: config.api.port }
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
    https: {
      serverNames: () => pki.server.names,
      publicHost: config.public_host,
      get httpsPort() {
        return ports.api
      },
    },
    loopbackHttp: config.api.loopback_http,
    health: { level: () => logger.level },
    readiness: [
      { name: 'database', isReady: () => isAnswering(database) },
      { name: 'mqtt_database', isReady: () => isAnswering(stores.database) && !stores.journal.isFailing },
    ],
    signTime: createTimeSigner(pki.server),
    clock,
    logger,
    version: manifest.version,
  })

  const doors = { ...doorOptions(config, pki, recordRefusal), sockets }
  const http = stack.use(createHttpServer({ fetch: api.fetch, originOf: networkOrigin(readAddress), logger }))
  const local = stack.use(createHttpServer({ fetch: api.fetch, originOf: localSocketOrigin, logger }))
  const mqttDoor = createMqttDoor({
    ...doors,
    clientCa: pki.clientCa,
    onConnection: (connection) => broker.accept(connection, 'mqtts'),
  })
  const mqttListener = stack.use(await openListener({ ...config.mqtt, setting: 'mqtt', onConnection: mqttDoor }))
  ports.mqtt = mqttListener.port
  const httpDoor = createHttpDoor({ ...doors, onConnection: (socket) => http.server.emit('connection', socket) })
  const apiListener = stack.use(await openListener({ ...config.api, setting: 'api', onConnection: httpDoor }))
  ports.api = apiListener.port
  stack.use(
    await openLocalSocket({
      path: join(dataDir, 'hub.sock'),
      onConnection: (socket) => local.server.emit('connection', socket),
    }),
  )

  logger.info({ component: 'hub', mqttPort: ports.mqtt, apiPort: ports.api }, 'Hub ready')
  const resources = stack.move()
  return {
    mqttPort: ports.mqtt,
    apiPort: ports.api,
    caFingerprint: pki.authority.fingerprint,
    caCreated: pki.caCreated,
    adminTokenFile,
    serverNames: pki.server.names,
    events,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function openDataFolder(dataDir: string, pid: number, stack: AsyncDisposableStack): Database {
  ensureOwnFolder(dataDir)
  stack.use(lockFolder(dataDir, pid))
  return stack.use(openDatabase({ file: join(dataDir, 'hub.db') }))
}

/** What both listeners share. */
function doorOptions(config: Config, { server }: Pki, recordRefusal: RecordRefusal): Omit<DoorOptions, 'sockets'> {
  const { limits, tls } = config
  return {
    key: server.keyPem,
    certificateChain: server.certificatePem,
    sessionResumption: tls.session_resumption,
    handshakeSeconds: limits.handshake_seconds,
    limits: new ConnectionLimits(connectionLimits(config)),
    recordRefusal,
  }
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
