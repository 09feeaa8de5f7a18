import { type ClientIds, createClientIds } from '../client-id.ts'
import { createDevices, type Devices, type DevicesOptions } from '../devices.ts'
import { createHeldLogins, type HeldLogins } from '../held-logins.ts'
import {
  createLegacyCredentials,
  type LegacyCredentials,
  type LegacyCredentialsOptions,
} from '../legacy-credentials.ts'
import { createPolicies, type Policies } from '../policies.ts'
import type { LegacyCredentialStore, PolicyStore } from '../ports.ts'
import type { Draft } from './draft.ts'
import { type DraftedStores, draftStores, type ReadStores } from './drafted-stores.ts'

export interface DraftedRegistryOptions
  extends Omit<DevicesOptions, 'devices' | 'services' | 'policies' | 'legacy' | 'transaction' | 'onAccessChange'>,
    Pick<LegacyCredentialsOptions, 'cutter' | 'onExpiring'> {
  readonly cutter: DevicesOptions['cutter'] & LegacyCredentialsOptions['cutter']
  readonly stores: ReadStores & {
    readonly devices: DevicesOptions['devices']
    readonly policies: PolicyStore
    readonly legacy: LegacyCredentialStore
  }
}

/** What decides in the registry, deciding on a draft of it. */
export interface DraftedRegistry {
  readonly stores: DraftedStores
  readonly devices: Pick<Devices, 'create' | 'amend'>
  readonly policies: Pick<Policies, 'put'>
  readonly legacy: Pick<LegacyCredentials, 'amend'>
  readonly logins: Pick<HeldLogins, 'heldBy'>
  readonly clientIds: Pick<ClientIds, 'claim'>
}

export function draftRegistry(options: DraftedRegistryOptions, draft: Draft): DraftedRegistry {
  const { stores, clock } = options
  const drafted = draftStores(stores, draft)
  // Nobody is let in by a draft.
  const onAccessChange = (): void => undefined
  // The rest of each store is what an import never calls: it removes nothing and lists nothing.
  const policies = createPolicies({
    policies: { ...stores.policies, ...drafted.policies },
    onChange: onAccessChange,
  })
  const devices = createDevices({
    ...options,
    devices: { ...stores.devices, ...drafted.devices },
    services: drafted.services,
    legacy: stores.legacy,
    policies,
    transaction: draft.transaction,
    onAccessChange,
  })
  const legacy = createLegacyCredentials({
    ...options,
    legacy: { ...stores.legacy, ...drafted.legacy },
    // That the device is known has been decided before.
    devices: { get: devices.get },
  })
  return {
    stores: drafted,
    devices,
    policies,
    legacy,
    logins: createHeldLogins({ ...drafted, clock }),
    // Whether one is a device's own is all that is asked.
    clientIds: createClientIds({ ...drafted, mayUseAny: () => false }),
  }
}
