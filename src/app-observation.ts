import type { X509Certificate } from 'node:crypto'
import { arch, availableParallelism, platform, release, totalmem } from 'node:os'
import { MessageStreams } from './api/messages/message-streams.ts'
import type { CaCertificate, ObservationPorts, SettingInForce, SigningAuthority } from './api/observation-ports.ts'
import { watchEventLoop } from './app-event-loop.ts'
import { openHistory } from './app-history.ts'
import type { Ocsp } from './app-ocsp.ts'
import { createOverview, type OverviewParts } from './app-overview.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { CertificateAuthority } from './ca/authority.ts'
import { type Config, readValue, SETTINGS } from './config.ts'
import { isLive } from './config-live.ts'
import { formatValue } from './config-reference.ts'
import type { Origin } from './config-source.ts'
import type { Database } from './db/database.ts'
import { createDeviceListStore } from './db/device-list-store.ts'
import { createOverviewStore } from './db/overview-store.ts'
import { createSearchStore } from './db/search-store.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'
import type { DeniedTopics } from './registry/denied-topics.ts'
import { createDeviceList } from './registry/device-list.ts'
import { createLastSeen, type LastSeen } from './registry/last-seen.ts'
import type { Registry } from './registry/registry.ts'
import { createSearch } from './registry/search.ts'

export interface ObservationParts extends Omit<OverviewParts, 'store' | 'history' | 'broker'> {
  readonly database: Database
  readonly broker: MqttBroker
  readonly registry: Pick<Registry, 'refusals'>
  readonly pki: Pick<Pki, 'authorities'>
  readonly revocationLists: Pick<AuthorityLists, 'statusOf'>
  readonly ocsp: Pick<Ocsp, 'signerEndsAt'>
  readonly deniedTopics: DeniedTopics
  /** None: a program has given the settings. */
  readonly originOf: ((key: string) => Origin | undefined) | undefined
  readonly events: EventFeed
  readonly logger: Logger
}

export interface Observation extends ObservationPorts {
  readonly messageStreams: MessageStreams
  readonly lastSeen: LastSeen
}

/** What somebody looks at who watches the hub; while nobody does it costs a reading every ten seconds. */
export function openObservation(config: Config, parts: ObservationParts, stack: AsyncDisposableStack): Observation {
  const { database, broker, deniedTopics, events, logger, clock, originOf } = parts
  const { sessions } = broker
  const store = createOverviewStore(database)
  const lastSeen = stack.use(createLastSeen(store.listSeen(), events, clock))
  const newestOf = (deviceId: string) => sessions.findByIdentity('device', deviceId).at(-1)
  return {
    overview: createOverview(config, {
      ...parts,
      store,
      history: openHistory({ ...parts, eventLoop: watchEventLoop(stack) }, stack),
    }),
    deniedTopics,
    deviceList: createDeviceList({
      store: createDeviceListStore(database),
      connected: {
        idsOf: (kind) => sessions.idsOf(kind),
        find(deviceId) {
          const connection = newestOf(deviceId)
          const connectedAt = connection?.session?.connectedAt
          return connection && connectedAt && { connectedAt, address: connection.address }
        },
      },
      lastSeen,
      clock,
    }),
    lastSeen,
    isServiceConnected: (name) => sessions.findByIdentity('service', name).length > 0,
    search: createSearch({ store: createSearchStore(database), sessions: () => readLive(sessions) }),
    messageStreams: new MessageStreams({
      feed: broker.messages,
      senderOf: (clientId) => broker.sessionList.ownerOf(clientId),
      clock,
      onFailure: (err) => logger.error({ component: 'broker', err }, 'Messages could not be shown'),
    }),
    settingsInForce: createSettingsReader(config, originOf),
    machine: {
      node: parts.runtime?.version,
      platform: `${platform()} ${release()}`,
      architecture: arch(),
      processors: availableParallelism(),
      memory: totalmem(),
    },
    authorityPublications: () => readAuthorities(parts),
  }
}

function* readLive(sessions: MqttBroker['sessions']) {
  for (const { address, session } of sessions) yield { address, clientId: session.clientId, identity: session.identity }
}

function readAuthorities({ pki, revocationLists, ocsp }: ObservationParts) {
  const describe = (authority: CertificateAuthority): SigningAuthority => {
    const { path, fingerprint } = authority
    const [issuing, ...above] = path
    return {
      chain: [describeCertificate(issuing), ...above.map(describeCertificate)],
      revocationList: revocationLists.statusOf(fingerprint),
      ocspSignerEnds: ocsp.signerEndsAt(fingerprint),
    }
  }
  const { current, retiring } = pki.authorities
  return { current: describe(current), retiring: retiring && describe(retiring) }
}

function describeCertificate(certificate: X509Certificate): CaCertificate {
  const { fingerprint256: fingerprint, subject, serialNumber, validFrom, validTo } = certificate
  return {
    fingerprint,
    subject: subject.replaceAll('\n', ', '),
    serialNumber,
    notBefore: new Date(validFrom),
    notAfter: new Date(validTo),
  }
}

/** In the order of the reference. */
function createSettingsReader(config: Config, originOf: ObservationParts['originOf']): () => readonly SettingInForce[] {
  const described = SETTINGS.map(({ key, kind, description, fallback }) => {
    const written = fallback === undefined ? undefined : formatValue(kind, fallback)
    return { key, kind, fallback: written, live: isLive(key), description }
  })
  return () =>
    described.map((setting) => {
      const { key, kind } = setting
      const value = readValue(config, key)
      const text = value === undefined ? 'none' : formatValue(kind, value)
      return { ...setting, value, text, origin: originOf ? (originOf(key) ?? UNSET) : GIVEN }
    })
}

const UNSET = { layer: 'default', place: 'default' } as const
const GIVEN = { layer: 'program', place: 'given by a program' } as const
