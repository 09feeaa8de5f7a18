import { DomainError } from '../errors.ts'
import { parseId } from '../identifiers.ts'
import { isTopicFilterTemplate, isWide } from './access-policy.ts'
import { DEVICE_POLICY, type Policy, type PolicyRule } from './policy.ts'
import type { PolicyStore } from './ports.ts'

export interface Policies {
  get(name: string): Policy
  list(): readonly Policy[]
  /** Live at once; throws `invalid_policy`. */
  put(policy: Policy): Policy
  /** Throws `policy_in_use`; the built-in one cannot be removed. */
  remove(name: string): void
  /** Throws `policy_not_found`, or `forbidden` for a wide one that the caller may not attach. */
  requireAttachable(names: readonly string[], mayAttachWide: boolean): void
}

export interface PoliciesOptions {
  readonly policies: PolicyStore
  readonly onChange: () => void
}

const SERVICE_PREFIX = 'service:'

export function createPolicies({ policies, onChange }: PoliciesOptions): Policies {
  return { get, list, put, remove, requireAttachable }

  function get(name: string): Policy {
    const policy = policies.find(name) ?? (name === DEVICE_POLICY.name ? DEVICE_POLICY : undefined)
    if (!policy) throw new DomainError('policy_not_found', `No policy is called ${JSON.stringify(name)}`)
    return policy
  }

  function list(): readonly Policy[] {
    const stored = policies.list()
    return stored.some((policy) => policy.name === DEVICE_POLICY.name) ? stored : [DEVICE_POLICY, ...stored]
  }

  function put(policy: Policy): Policy {
    // The own policy of a service carries the service's whole name.
    parseId(policy.name.startsWith(SERVICE_PREFIX) ? policy.name.slice(SERVICE_PREFIX.length) : policy.name, 'policy')
    for (const [index, rule] of policy.rules.entries()) requireValid(rule, index)
    policies.save(policy)
    onChange()
    return policy
  }

  function remove(name: string): void {
    get(name)
    if (name === DEVICE_POLICY.name) {
      throw new DomainError('policy_in_use', `Policy ${name} is built in: edit it, or attach another one`)
    }
    if (policies.isAttached(name)) {
      throw new DomainError('policy_in_use', `Policy ${name} is attached: attach another one first`)
    }
    policies.delete(name)
    onChange()
  }

  function requireAttachable(names: readonly string[], mayAttachWide: boolean): void {
    for (const policy of names.map(get)) {
      if (!mayAttachWide && isWide(policy)) {
        throw new DomainError(
          'forbidden',
          `Policy ${policy.name} reaches beyond one device: only an administrator attaches it`,
        )
      }
    }
  }
}

/** The policy that holds what a service of this name was allowed when it was created. */
export function servicePolicyName(service: string): string {
  return `${SERVICE_PREFIX}${service}`
}

/** `index` is told, so that a form can say it beside the rule. */
function requireValid({ topicFilter, actions }: PolicyRule, index: number): void {
  const details = { rule: String(index) }
  if (!isTopicFilterTemplate(topicFilter)) {
    throw new DomainError(
      'invalid_policy',
      `${JSON.stringify(topicFilter)} is no topic filter: "#" stands alone and last, "+" alone in its level, and {user}, {device} and {service} are the only variables`,
      { details },
    )
  }
  if (actions.length === 0)
    throw new DomainError('invalid_policy', `The rule for ${topicFilter} names no action`, { details })
}
