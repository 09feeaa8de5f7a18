import { type AuthorityCalls, createAuthorityCalls, openIssuers } from './app-authorities.ts'
import { inBackground } from './app-background.ts'
import { cutAtEmqxToo } from './app-emqx.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import { parseServerNames } from './ca/server-name.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { apiAuth, mqttAuthMode } from './config-auth.ts'
import type { Database } from './db/database.ts'
import { findAuthority, judgeChain } from './edge/chain-verdict.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'
import { BcryptThread } from './registry/bcrypt-thread.ts'
import type { LegacyCredential } from './registry/legacy-credential.ts'
import { type MayAccess, narrowPolicy } from './registry/narrowed-access.ts'
import type { Cutter, LeafIssuer } from './registry/ports.ts'
import type { RecordedRefusal } from './registry/refusal-ring.ts'
import { createRegistry, type Registry, type RegistryOptions, type Stores } from './registry/registry.ts'
import { createServerCertificates, type ServerCertificates, type ServerIssuer } from './registry/server-certificates.ts'

export interface RegistryParts {
  readonly stores: Stores
  readonly database: Database
  readonly pki: Pki
  /** Made from this registry; there is nothing to cut before it listens. */
  readonly broker: () => MqttBroker
  /** The same: ends what is forwarded for those who would be refused now. */
  readonly endForwarding: () => void
  readonly revocationLists: Pick<AuthorityLists, 'noteRevocation' | 'last'>
  readonly events: EventFeed
  readonly logger: Logger
  readonly clock: Clock
  readonly mayAccess: MayAccess | undefined
}

/** The registry, with all that it moves outside of itself. */
export function openRegistry(
  config: Config,
  parts: RegistryParts,
  stack: AsyncDisposableStack,
): Registry & AuthorityCalls & { readonly serverCertificates: ServerCertificates } {
  const { stores, database, pki, broker, endForwarding, revocationLists, events, logger, clock, mayAccess } = parts
  const cutter: Cutter = {
    cutCredentials(names, reason) {
      const cut = broker().sessions.cutCredentials(names, reason)
      endForwarding()
      return cut
    },
    cutIdentity(kind, id, reason) {
      const cut = broker().sessions.cutIdentity(kind, id, reason)
      endForwarding()
      return cut
    },
    forgetIdentity(kind, id, userId) {
      const forgotten = broker().forgetIdentity(kind, id, userId)
      endForwarding()
      return forgotten
    },
    liftBan: (kind, id) => broker().liftBan(kind, id),
  }
  const issuers = openIssuers(pki, database)
  const joined = cutAtEmqxToo(cutter, config, stack, {
    stores,
    clientIds: { holderOf: (clientId) => registry.clientIds.holderOf(clientId) },
    caCertificatePem: pki.caCertificatePem,
    events,
    logger,
    clock,
  })
  const registry: Registry = createRegistry({
    stores,
    issuer: issuerOf(pki),
    issuers,
    get issuerName() {
      return pki.authority.certificate.subject
    },
    cutter: joined,
    onRevoked: () => inBackground(revocationLists.noteRevocation(), logger),
    compareBcrypt: stack.use(new BcryptThread()).compare,
    judgeChain: (certificate) => judgeChain(certificate, pki.clientTrust.authorities),
    authorityOf: (certificate) => findAuthority(certificate, pki.clientTrust.authorities)?.fingerprint256,
    allowCommonNameOnly: () => config.emqx.allow_cn_only,
    unknownCertificates: {
      get mode() {
        return config.ca.unknown
      },
      get owner() {
        return config.ca.unknown_owner
      },
    },
    renewal: {
      get beforeSeconds() {
        return config.ca.renew_before
      },
      get afterExpiryDays() {
        return config.ca.renew_after_expiry
      },
    },
    get mode() {
      return mqttAuthMode(config)
    },
    apiAuth: apiAuth(config),
    plainMqtt: config.mqtt.plain.host !== undefined,
    inBackground: (work) => inBackground(work, logger),
    onNewRefusal: (refusal) => announceRefusal(refusal, events, logger),
    onRefusedAgain: ({ surface, cause, address, presented, count }) =>
      logger.debug({ component: 'refusals', surface, cause, address, presented, count }, 'Refused again'),
    onExpiring: (expiring) => warnOfExpiring(expiring, logger),
    events,
    clock,
    ...(mayAccess ? { narrowAccess: narrowBy(mayAccess, logger) } : {}),
  })
  const { certificates } = stores
  const issuer = serverIssuerOf(pki)
  const { revocations } = registry
  const calls = createAuthorityCalls({
    pki,
    database,
    lists: revocationLists,
    revocations,
    cutter: joined,
    defaultOwner: () => config.ca.unknown_owner,
    events,
    clock,
  })
  return {
    ...registry,
    ...calls,
    tokens: {
      ...registry.tokens,
      revoke(id) {
        registry.tokens.revoke(id)
        endForwarding()
      },
    },
    serverCertificates: createServerCertificates({ issuer, issuers, certificates, revocations, events, clock }),
  }
}

function serverIssuerOf(pki: Pki): ServerIssuer {
  const issueServer: ServerIssuer['issueServer'] = async (wanted, keyAlgorithm) => {
    const names = parseServerNames(wanted).map(({ value }) => value)
    const { authority } = pki
    const leaf = await authority.issueServer(names, keyAlgorithm)
    return { ...leaf, names, chainPem: leaf.certificatePem + authority.intermediates.map(String).join('') }
  }
  return {
    issueServer,
    get caCertificatePem() {
      return pki.caCertificatePem
    },
  }
}

/** The CA, with what its new devices and services verify MQTTS by. */
function issuerOf(pki: Pki): LeafIssuer {
  return {
    issueDevice: (deviceId, userId, options) => pki.authority.issueDevice(deviceId, userId, options),
    certifyDevice: (deviceId, userId, publicKey, options) =>
      pki.authority.certifyDevice(deviceId, userId, publicKey, options),
    readRequestedKey: (request) => pki.authority.readRequestedKey(request),
    issueService: (name, options) => pki.authority.issueService(name, options),
    issueAdministrator: (name, options) => pki.authority.issueAdministrator(name, options),
    get caCertificatePem() {
      return pki.anchorPem
    },
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

/** Soonest first. */
function warnOfExpiring(expiring: readonly LegacyCredential[], logger: Logger): void {
  const [first] = expiring
  const told = { component: 'registry', count: expiring.length, deviceId: first?.deviceId, endsAt: first?.endsAt }
  logger.warn(told, 'Imported passwords end within 30 days')
}
