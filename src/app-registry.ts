import { type AuthorityCalls, createAuthorityCalls, openIssuers } from './app-authorities.ts'
import { inBackground } from './app-background.ts'
import { watchForCompromise } from './app-compromise.ts'
import { endStreamsWithSessions } from './app-console.ts'
import { cutAtEmqxToo } from './app-emqx.ts'
import { type Enrolling, type EnrolmentStores, openEnrolment, openProfiles } from './app-enrolment.ts'
import { createHandOver } from './app-hand-over.ts'
import type { Pki } from './app-pki.ts'
import { traceCutter, traceIssuer } from './app-tracing.ts'
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
import type { Suspicions } from './registry/compromise/suspicions.ts'
import type { Grant } from './registry/grant.ts'
import { createHolds, type Holds } from './registry/holds.ts'
import type { LegacyCredential } from './registry/legacy-credential.ts'
import { type MayAccess, narrowPolicy } from './registry/narrowed-access.ts'
import type { Cutter } from './registry/ports.ts'
import { type ProfileIssuer, profileIssuer } from './registry/profiles.ts'
import type { RecordedRefusal } from './registry/refusal-ring.ts'
import { createRegistry, type Registry, type RegistryOptions, type Stores } from './registry/registry.ts'
import type { RenewalPolicy } from './registry/renewals.ts'
import { createServerCertificates, type ServerCertificates, type ServerIssuer } from './registry/server-certificates.ts'

export interface RegistryParts {
  readonly stores: Stores & EnrolmentStores
  readonly database: Database
  readonly pki: Pki
  /** Made from this registry; there is nothing to cut before it listens. */
  readonly broker: () => MqttBroker
  /** The same: ends what is forwarded for those who would be refused now. */
  readonly endForwarding: () => void
  readonly revocationLists: Pick<AuthorityLists, 'noteRevocation' | 'last'>
  readonly timings: { readonly revocationEffect: (seconds: number) => void }
  /** Whether a rotation asks for the renewal of a certificate. */
  readonly isAsked: RenewalPolicy['isAsked']
  readonly events: EventFeed
  readonly logger: Logger
  readonly clock: Clock
  readonly mayAccess: MayAccess | undefined
}

export interface OpenRegistry
  extends Omit<Registry, 'noteConnection'>,
    ConnectionNotes,
    AuthorityCalls,
    Enrolling,
    ReturnType<typeof createHandOver> {
  readonly holds: Holds
  readonly serverCertificates: ServerCertificates
  readonly suspicions: Suspicions
}

interface ConnectionNotes {
  noteConnection(grant: Grant, address: string): void
}

/** The registry, with all that it moves outside of itself. */
export function openRegistry(config: Config, parts: RegistryParts, stack: AsyncDisposableStack): OpenRegistry {
  const profiles = openProfiles(config)
  const { stores, database, pki, broker, endForwarding, revocationLists, timings, events, logger, clock } = parts
  const { mayAccess } = parts
  const cutter: Cutter = {
    cutCredentials(names, reason) {
      const begin = performance.now()
      const cut = broker().sessions.cutCredentials(names, reason)
      endForwarding()
      return cut.then(() => timings.revocationEffect((performance.now() - begin) / 1000))
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
  const issuer = traceIssuer(profileIssuer(issuerOf(pki), profiles))
  const issuers = openIssuers(pki, database)
  const joined = cutAtEmqxToo(traceCutter(cutter), config, stack, {
    stores,
    clientIds: { holderOf: (clientId) => registry.clientIds.holderOf(clientId) },
    caCertificatePem: pki.caCertificatePem,
    events,
    logger,
    clock,
  })
  const registry: Registry = createRegistry({
    stores,
    issuer,
    issuers,
    get issuerName() {
      return pki.authority.certificate.subject
    },
    cutter: joined,
    onCrlChange: () => inBackground(revocationLists.noteRevocation(), logger),
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
      beforeSecondsOf: (profile) => profiles.get(profile).renewBeforeSeconds ?? config.ca.renew_before,
      get afterExpiryDays() {
        return config.ca.renew_after_expiry
      },
      isAsked: parts.isAsked,
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
  const { revocations, refusals } = registry
  const suspicions = watchForCompromise(config, { ...stores, registry, events, logger, clock })
  const calls = createAuthorityCalls({
    pki,
    database,
    transaction: stores.transaction,
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
    ...endStreamsWithSessions(registry, endForwarding),
    ...openEnrolment({ stores, registry, issuer, profiles, pki, events, clock }),
    suspicions,
    noteConnection(grant, address) {
      registry.noteConnection(grant)
      suspicions.noteConnection(grant, address)
    },
    refusals: {
      ...refusals,
      record(refusal, proven) {
        refusals.record(refusal)
        suspicions.noteRefusal(refusal, proven)
      },
    },
    administratorCertificates: {
      ...registry.administratorCertificates,
      // Its role may be a smaller one from now on.
      async issue(request) {
        const issued = await registry.administratorCertificates.issue(request)
        endForwarding()
        return issued
      },
    },
    tokens: {
      ...registry.tokens,
      revoke(id) {
        registry.tokens.revoke(id)
        endForwarding()
      },
    },
    ...createHandOver({ registry, stores, issuer, events, clock }),
    holds: createHolds({ ...stores, revocations, cutter, clock }),
    serverCertificates: createServerCertificates({
      issuer: serverIssuerOf(pki),
      issuers,
      certificates: stores.certificates,
      revocations,
      events,
      clock,
    }),
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
function issuerOf(pki: Pki): ProfileIssuer {
  return {
    issueDevice: (deviceId, userId, wishes) => pki.authority.issueDevice(deviceId, userId, wishes),
    certifyDevice: (deviceId, userId, publicKey, wishes) =>
      pki.authority.certifyDevice(deviceId, userId, publicKey, wishes),
    readSigningRequest: (request) => pki.authority.readSigningRequest(request),
    issueService: (name, wishes) => pki.authority.issueService(name, wishes),
    issueAdministrator: (name, wishes) => pki.authority.issueAdministrator(name, wishes),
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
