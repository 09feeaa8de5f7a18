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
  /** A further rule beside the policies; none: they decide alone. */
  readonly narrow?: (policy: AccessPolicy, identity: Identity) => AccessPolicy
}

export function createAccess({ devices, services, policies, narrow }: AccessOptions): Access {
  // Keyed by the identity a connection was admitted as: it dies with the connection.
  let compiled = new WeakMap<Identity, AccessPolicy>()

  return {
    policyOf(identity) {
      const known = compiled.get(identity)
      if (known) return known
      const attached = createAccessPolicy(identity, attachedTo(identity))
      const policy = narrow ? narrow(attached, identity) : attached
      compiled.set(identity, policy)
      return policy
    },
    invalidate() {
      compiled = new WeakMap()
    },
  }

  function attachedTo(identity: Identity): readonly Policy[] {
    if (identity.kind === 'service') {
      const service = services.find(identity.id)
      return service?.name === identity.id ? service.policies.flatMap(findPolicy) : []
    }
    const device = devices.find(identity.id)
    // Removed while its connection is being closed: nothing is allowed any more, the built-in policy least of all.
    if (device?.id !== identity.id) return []
    return (device.policies.length > 0 ? device.policies : [DEVICE_POLICY.name]).flatMap(findPolicy)
  }

  function findPolicy(name: string): readonly Policy[] {
    const policy = policies.find(name) ?? (name === DEVICE_POLICY.name ? DEVICE_POLICY : undefined)
    return policy ? [policy] : []
  }
}
