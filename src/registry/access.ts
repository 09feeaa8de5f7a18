import { type AccessPolicy, createAccessPolicy } from './access-policy.ts'
import type { Identity } from './identity.ts'
import { DEVICE_POLICY, type Policy } from './policy.ts'
import type { DeviceStore, PolicyStore, ServiceStore } from './ports.ts'

export interface Access {
  /** What this identity may do now; a change of policies or attachments is in the next answer. */
  policyOf(identity: Identity): AccessPolicy
  /** To be called in the tick of every change of policies or of what they are attached to. */
  invalidate(): void
}

export interface AccessOptions {
  readonly devices: Pick<DeviceStore, 'find'>
  readonly services: Pick<ServiceStore, 'find'>
  readonly policies: Pick<PolicyStore, 'find'>
}

export function createAccess({ devices, services, policies }: AccessOptions): Access {
  // Keyed by the identity a connection was admitted as: it dies with the connection.
  let compiled = new WeakMap<Identity, AccessPolicy>()

  return {
    policyOf(identity) {
      const known = compiled.get(identity)
      if (known) return known
      const policy = createAccessPolicy(identity, attachedTo(identity))
      compiled.set(identity, policy)
      return policy
    },
    invalidate() {
      compiled = new WeakMap()
    },
  }

  function attachedTo(identity: Identity): readonly Policy[] {
    if (identity.kind === 'service') return (services.find(identity.id)?.policies ?? []).flatMap(findPolicy)
    const attached = devices.find(identity.id)?.policies ?? []
    return (attached.length > 0 ? attached : [DEVICE_POLICY.name]).flatMap(findPolicy)
  }

  function findPolicy(name: string): readonly Policy[] {
    const policy = policies.find(name) ?? (name === DEVICE_POLICY.name ? DEVICE_POLICY : undefined)
    return policy ? [policy] : []
  }
}
