import type { Clock } from './clock.ts'
import type { EventFeed } from './events.ts'
import { type BulkCreation, createBulkCreation } from './registry/bulk-creation.ts'
import { type Claims, createClaims } from './registry/claims.ts'
import type { LeafIssuer } from './registry/ports.ts'
import type { Registry, Stores } from './registry/registry.ts'
import { createRequestedKeys } from './registry/requested-keys.ts'

export interface HandOverParts {
  readonly registry: Pick<Registry, 'certificates' | 'devices'>
  readonly stores: Stores
  readonly issuer: Pick<LeafIssuer, 'readSigningRequest'>
  readonly events: EventFeed
  readonly clock: Clock
}

/** How people are handed keys: by a link that is used once, and many at once. */
export function createHandOver({ registry, stores, issuer, events, clock }: HandOverParts): {
  readonly claims: Claims
  readonly bulk: BulkCreation
} {
  const { certificates, devices } = registry
  const { issueToDevice } = certificates
  const claims = createClaims({ ...stores, devices, issueToDevice, events, clock })
  const bulk = createBulkCreation({
    issuance: certificates,
    claims,
    devices,
    storedClaims: stores.claims,
    certificates: stores.certificates,
    readRequestedKey: createRequestedKeys(issuer, stores.certificates, clock),
    clock,
  })
  return { claims, bulk }
}
