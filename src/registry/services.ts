import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { parseId } from '../identifiers.ts'
import { isWide } from './access-policy.ts'
import { announceState } from './announced-state.ts'
import type { Page, PageRequest } from './page.ts'
import { type Policies, servicePolicyName } from './policies.ts'
import type { Policy } from './policy.ts'
import type { Cutter, DeviceStore, IdentityTokenStore, ServiceStore, Transaction } from './ports.ts'
import type { Revocations } from './revocations.ts'
import type { Service } from './service.ts'

export interface ServiceRequest {
  readonly name: string
  readonly policies?: readonly string[]
  /** Topic filters it may publish and subscribe to; kept as the policy `service:<name>`. */
  readonly allow?: readonly string[]
}

export interface ServiceChanges {
  readonly policies?: readonly string[]
  readonly state?: Service['state']
}

export interface Services {
  /** Throws `service_exists`, `policy_not_found`, or `forbidden` for what only an administrator may attach. */
  create(request: ServiceRequest, mayAttachWide: boolean): Service
  get(name: string): Service
  list(page: PageRequest): Page<Service>
  change(name: string, changes: ServiceChanges, mayAttachWide: boolean): Promise<Service>
  remove(name: string): Promise<void>
}

export interface ServicesOptions {
  readonly services: ServiceStore
  readonly devices: Pick<DeviceStore, 'find' | 'findByClientId'>
  readonly policies: Pick<Policies, 'requireAttachable' | 'put' | 'list' | 'remove'>
  readonly revocations: Pick<Revocations, 'markAll'>
  readonly cutter: Pick<Cutter, 'cutIdentity' | 'forgetIdentity' | 'liftBan'>
  readonly identityTokens: Pick<IdentityTokenStore, 'deleteOf'>
  readonly transaction: Transaction
  readonly onAccessChange: () => void
  readonly events: EventFeed
  readonly clock: Clock
}

export function createServices(options: ServicesOptions): Services {
  const { services, devices, policies, revocations, identityTokens, cutter, transaction } = options
  const { onAccessChange, events, clock } = options
  return { create, get, list: (page) => services.list(page), change, remove }

  function create({ name, policies: names = [], allow = [] }: ServiceRequest, mayAttachWide: boolean): Service {
    requireFree(name)
    if (allow.length > 0) requireFreePolicy(name)
    policies.requireAttachable(names, mayAttachWide)
    const own = allow.length > 0 ? [ownPolicy(name, allow)] : []
    if (!mayAttachWide && own.some(isWide)) {
      throw new DomainError(
        'forbidden',
        `What service ${name} asks for reaches beyond one device: only an administrator allows it`,
      )
    }
    const policyNames = [...names, ...own.map((policy) => policy.name)]
    const service: Service = { name, state: 'active', policies: policyNames, createdAt: clock() }
    transaction(() => {
      for (const policy of own) policies.put(policy)
      services.save(service)
    })
    onAccessChange()
    return service
  }

  function get(name: string): Service {
    const service = services.find(name)
    if (service?.name !== name)
      throw new DomainError('service_not_found', `No service is called ${JSON.stringify(name)}`)
    return service
  }

  async function change(name: string, changes: ServiceChanges, mayAttachWide: boolean): Promise<Service> {
    const before = get(name)
    const after: Service = { ...before, ...changes }
    if (changes.policies) policies.requireAttachable(changes.policies, mayAttachWide)
    services.save(after)
    onAccessChange()
    if (changes.state === 'active') cutter.liftBan('service', name)
    announceState(events, 'service', name, before, after)
    if (after.state === 'suspended') await cutter.cutIdentity('service', name, 'service suspended', [])
    return after
  }

  async function remove(name: string): Promise<void> {
    get(name)
    const cut = transaction(() => {
      services.delete(name)
      identityTokens.deleteOf('service', name)
      if (hasOwnPolicy(name)) policies.remove(servicePolicyName(name))
      return revocations.markAll('service', name, 'cessationOfOperation')
    })
    onAccessChange()
    await Promise.all([cut(), cutter.forgetIdentity('service', name, undefined, [])])
  }

  function requireFree(name: string): void {
    parseId(name, 'service')
    const alike = services.find(name)
    if (alike) throw new DomainError('service_exists', `Service ${alike.name} exists already`)
    const holder = devices.find(name) ?? devices.findByClientId(name)
    if (holder) throw new DomainError('service_exists', `${name} is the id, or a client id, of device ${holder.id}`)
  }

  function requireFreePolicy(name: string): void {
    if (!hasOwnPolicy(name)) return
    throw new DomainError(
      'service_exists',
      `Policy ${servicePolicyName(name)} exists already: remove it, or attach it by its name instead of "allow"`,
    )
  }

  function hasOwnPolicy(name: string): boolean {
    return policies.list().some((policy) => policy.name === servicePolicyName(name))
  }
}

function ownPolicy(name: string, allow: readonly string[]): Policy {
  const rules = allow.map(
    (topicFilter) => ({ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter }) as const,
  )
  return { name: servicePolicyName(name), rules, clientId: 'own' }
}
