import { inBackground } from './app-background.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { networkOf } from './edge/address-network.ts'
import { createNetworks, type Networks } from './edge/networks.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import { isLoopbackAddress } from './loopback.ts'
import type { AuditTrail } from './registry/audit/audit-trail.ts'
import { createReactions } from './registry/compromise/reactions.ts'
import { type CompromisePolicy, createSuspicions, type Suspicions } from './registry/compromise/suspicions.ts'
import type { CertificateStore } from './registry/ports.ts'
import type { Registry } from './registry/registry.ts'

export interface CompromiseParts {
  readonly registry: Pick<Registry, 'access' | 'devices' | 'services' | 'revocations' | 'identityTokens' | 'legacy'>
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly audit: Pick<AuditTrail, 'byItself'>
  readonly events: EventFeed
  readonly logger: Logger
  readonly clock: Clock
}

/** Notices keys in two hands, by the settings of `compromise`. */
export function watchForCompromise(config: Config, { registry, logger, ...parts }: CompromiseParts): Suspicions {
  const { compromise } = config
  const react = createReactions({
    ...registry,
    audit: parts.audit,
    limits: {
      get actsPerHour() {
        return compromise.acts_per_hour
      },
    },
    inBackground: (work) => void inBackground(work, logger),
    clock: parts.clock,
  })
  const isProxy = createNetworks(config.server.proxy_protocol_from).has
  const ignored = readWhenChanged(() => compromise.ignore)
  return createSuspicions({
    ...parts,
    policy: compromisePolicy(compromise),
    react,
    networkOf: (address) => networkOf(address, { ipv4: compromise.ipv4_prefix, ipv6: compromise.ipv6_prefix }),
    isExempt: (address) => isLoopbackAddress(address) || isProxy(address) || ignored().has(address),
    isShared: (identity) => registry.access.policyOf(identity).anyClientId,
  })
}

/** Under the names it has in the registry; each is read when it is asked for. */
function compromisePolicy(compromise: Config['compromise']): CompromisePolicy {
  return {
    reactions: {
      get two_addresses() {
        return compromise.two_addresses
      },
      get key_reuse() {
        return compromise.key_reuse
      },
      get refusal_burst() {
        return compromise.refusal_burst
      },
    },
    alternations: {
      get windowSeconds() {
        return compromise.window
      },
      get returns() {
        return compromise.returns
      },
    },
    bursts: {
      get refusals() {
        return compromise.refusals
      },
      get windowSeconds() {
        return compromise.refusals_window
      },
    },
  }
}

/** They are asked at each connection, and read anew when the configuration is. */
function readWhenChanged(named: () => readonly string[]): () => Networks {
  let read: readonly string[] = []
  let networks = createNetworks(read)
  return () => {
    if (named() !== read) {
      read = named()
      networks = createNetworks(read)
    }
    return networks
  }
}
