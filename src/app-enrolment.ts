import type { EnrolmentPapers } from './api/ports.ts'
import type { Pki } from './app-pki.ts'
import { encodeCertsOnly } from './ca/certs-only.ts'
import { encodeRequestAttributes } from './ca/request-attributes.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { readProfile } from './config-profiles.ts'
import type { EventFeed } from './events.ts'
import { createEnrolmentDecisions, type EnrolmentDecisions } from './registry/enrolment/enrolment-decisions.ts'
import { createEnrolmentTokens, type EnrolmentTokens } from './registry/enrolment/enrolment-tokens.ts'
import { createEnrolments, type Enrolments } from './registry/enrolment/enrolments.ts'
import type { EnrolmentStore, EnrolmentTokenStore } from './registry/enrolment/ports.ts'
import { createWaitingEnrolments } from './registry/enrolment/waiting-enrolments.ts'
import type { LeafIssuer } from './registry/ports.ts'
import { createProfiles, type Profiles } from './registry/profiles.ts'
import type { Registry, Stores } from './registry/registry.ts'
import { createRequestedKeys } from './registry/requested-keys.ts'

export interface EnrolmentStores {
  readonly enrolmentTokens: EnrolmentTokenStore
  readonly enrolments: EnrolmentStore
}

/** How devices come by their first certificate. */
export interface Enrolling {
  readonly enrolments: Enrolments
  readonly enrolmentTokens: EnrolmentTokens
  readonly enrolmentDecisions: EnrolmentDecisions
  readonly enrolmentPapers: EnrolmentPapers
}

export interface EnrolmentParts {
  readonly stores: Stores & EnrolmentStores
  readonly registry: Pick<Registry, 'certificates' | 'devices' | 'policies' | 'renewals'>
  readonly issuer: LeafIssuer
  readonly profiles: Profiles
  readonly pki: Pick<Pki, 'authority'>
  readonly events: EventFeed
  readonly clock: Clock
}

export function openEnrolment({ stores, registry, issuer, profiles, pki, events, clock }: EnrolmentParts): Enrolling {
  const { enrolmentTokens: tokens, enrolments, certificates: issued, devices: stored, transaction } = stores
  const { certificates, devices, policies, renewals } = registry
  const shared = { tokens, enrolments, transaction, events, clock }
  return {
    enrolments: createEnrolments({
      ...shared,
      devices,
      certificates,
      renewals,
      waiting: createWaitingEnrolments(shared),
      readRequestedKey: createRequestedKeys(issuer, issued, clock),
      issued,
      stored,
    }),
    enrolmentTokens: createEnrolmentTokens({ tokens, profiles, policies, clock }),
    enrolmentDecisions: createEnrolmentDecisions(shared),
    enrolmentPapers: {
      encodeCertificates: encodeCertsOnly,
      encodeAttributes(profile) {
        const { keyAlgorithms } = profiles.get(profile)
        return encodeRequestAttributes(keyAlgorithms.length > 0 ? keyAlgorithms : [pki.authority.keyAlgorithm])
      },
    },
  }
}

/** The profiles of the configuration that is in force, read at each request. */
export function openProfiles(config: Pick<Config, 'profiles'>): Profiles {
  return createProfiles((name) => {
    const found = readProfile(config.profiles, name)
    return (
      found && {
        name,
        validitySeconds: found.validity,
        maxValiditySeconds: found.max_validity ?? found.validity,
        keyAlgorithms: found.key_algorithms,
        alternativeNames: found.san,
        extendedKeyUsage: found.eku,
        renewBeforeSeconds: found.renew_before,
      }
    )
  })
}
