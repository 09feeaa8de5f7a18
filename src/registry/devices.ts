import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { parseId } from '../identifiers.ts'
import { announceState } from './announced-state.ts'
import type { Device } from './device.ts'
import type { Page } from './page.ts'
import type { Policies } from './policies.ts'
import type {
  ClaimStore,
  Cutter,
  DeviceQuery,
  DeviceStore,
  IdentityTokenStore,
  LegacyCredentialStore,
  ServiceStore,
  Transaction,
} from './ports.ts'
import type { Revocations } from './revocations.ts'

export interface DeviceRequest {
  readonly deviceId: string
  readonly userId?: string
  readonly policies?: readonly string[]
  readonly clientIds?: readonly string[]
}

export interface DeviceChanges {
  readonly userId?: string
  readonly policies?: readonly string[]
  readonly clientIds?: readonly string[]
  readonly state?: Device['state']
}

export interface Devices {
  /** Throws `device_exists`, `case_conflict`, `policy_not_found` or `client_id_taken`. `mayAttachWide`: the caller is an administrator. */
  create(request: DeviceRequest, mayAttachWide: boolean): Device
  get(deviceId: string): Device
  list(query: DeviceQuery): Page<Device>
  /** Resolves after the sessions that the change ends are closed. */
  change(deviceId: string, changes: DeviceChanges, mayAttachWide: boolean): Promise<Device>
  /** The same in the transaction it stands in; `end` is to be called after the commit, in the same tick. */
  amend(deviceId: string, changes: DeviceChanges, mayAttachWide: boolean): Amendment
  /** Keeps its certificates, revoked; resolves after its sessions are closed and what was stored for it is gone. */
  remove(deviceId: string): Promise<void>
  /** Whose a device of this id is, or would be if it were created for `userId`; throws what `create` would throw. */
  resolveOwner(deviceId: string, userId: string | undefined): string
  /** The device of this id and owner, created if it is unknown; `policies` are of one that is, and were judged before. */
  ensure(deviceId: string, userId: string, policies?: readonly string[]): Device
}

export interface Amendment {
  readonly device: Device
  /** Closes the sessions that the change ends. */
  readonly end: () => Promise<unknown>
}

export interface DevicesOptions {
  readonly devices: DeviceStore
  readonly services: Pick<ServiceStore, 'find'>
  readonly policies: Pick<Policies, 'requireAttachable'>
  readonly revocations: Pick<Revocations, 'markAll'>
  readonly cutter: Pick<Cutter, 'cutIdentity' | 'forgetIdentity' | 'liftBan'>
  readonly identityTokens: Pick<IdentityTokenStore, 'deleteOf'>
  readonly legacy: Pick<LegacyCredentialStore, 'delete'>
  readonly claims: Pick<ClaimStore, 'deleteOf'>
  readonly transaction: Transaction
  readonly onAccessChange: () => void
  readonly events: EventFeed
  readonly clock: Clock
}

const DEFAULT_USER = 'default'

export function createDevices(options: DevicesOptions): Devices {
  const { devices, services, policies, revocations, identityTokens, legacy, claims, cutter, transaction } = options
  const { onAccessChange, events, clock } = options
  return { create, get, list: (query) => devices.list(query), change, amend, remove, resolveOwner, ensure }

  function create(
    { deviceId, userId = DEFAULT_USER, policies: names = [], ...request }: DeviceRequest,
    mayAttachWide: boolean,
  ): Device {
    const clientIds = [...new Set(request.clientIds)]
    requireFree(deviceId)
    parseId(userId, 'user')
    policies.requireAttachable(names, mayAttachWide)
    requireClientIds(deviceId, clientIds)
    const device: Device = { id: deviceId, userId, state: 'active', policies: names, clientIds, createdAt: clock() }
    devices.save(device)
    onAccessChange()
    return device
  }

  function ensure(deviceId: string, userId: string, names: readonly string[] = []): Device {
    const device = find(deviceId)
    if (!device) return create({ deviceId, userId, policies: names }, true)
    requireOwner(device, userId)
    return device
  }

  function resolveOwner(deviceId: string, userId: string | undefined): string {
    const device = find(deviceId)
    if (!device) {
      requireFree(deviceId)
      return parseId(userId ?? DEFAULT_USER, 'user')
    }
    if (userId !== undefined) requireOwner(device, userId)
    return device.userId
  }

  function requireOwner({ id, userId }: Device, wanted: string): void {
    if (wanted === userId) return
    throw new DomainError(
      'device_owned_by_another_user',
      `Device ${id} belongs to another user: ownership changes only by PATCH /api/devices/${id}`,
    )
  }

  function get(deviceId: string): Device {
    const device = find(deviceId)
    if (!device) throw new DomainError('device_not_found', `No device is called ${JSON.stringify(deviceId)}`)
    return device
  }

  function find(deviceId: string): Device | undefined {
    const device = devices.find(deviceId)
    return device?.id === deviceId ? device : undefined
  }

  async function change(deviceId: string, changes: DeviceChanges, mayAttachWide: boolean): Promise<Device> {
    const { device, end } = amend(deviceId, changes, mayAttachWide)
    await end()
    return device
  }

  function amend(deviceId: string, changes: DeviceChanges, mayAttachWide: boolean): Amendment {
    const before = get(deviceId)
    const after: Device = { ...before, ...changes, clientIds: [...new Set(changes.clientIds ?? before.clientIds)] }
    if (changes.userId !== undefined) parseId(changes.userId, 'user')
    if (changes.policies) policies.requireAttachable(changes.policies, mayAttachWide)
    requireClientIds(
      deviceId,
      after.clientIds.filter((clientId) => !before.clientIds.includes(clientId)),
    )
    const end = transaction(() => {
      devices.save(after)
      return after.userId === before.userId ? undefined : disown(before)
    })
    onAccessChange()
    return {
      device: after,
      end() {
        if (changes.state === 'active') cutter.liftBan('device', deviceId)
        announceState(events, 'device', deviceId, before, after)
        return Promise.all([end?.(), shutOut(before, after)])
      },
    }
  }

  async function remove(deviceId: string): Promise<void> {
    const device = get(deviceId)
    const end = transaction(() => {
      devices.delete(deviceId)
      return disown(device)
    })
    onAccessChange()
    await end()
  }

  /** What the device was under this owner ends: certificates, tokens, password and claim now; sessions, and what is stored, by the call it returns. */
  function disown({ id, userId, clientIds }: Device): () => Promise<unknown> {
    const cut = revocations.markAll('device', id, 'cessationOfOperation')
    identityTokens.deleteOf('device', id)
    legacy.delete(id)
    claims.deleteOf(id)
    return () => Promise.all([cut(), cutter.forgetIdentity('device', id, userId, clientIds)])
  }

  async function shutOut(before: Device, after: Device): Promise<void> {
    if (after.state === 'suspended') return cutter.cutIdentity('device', after.id, 'device suspended', before.clientIds)
    // A client id that was taken away may be in use right now: its sessions come back under those that are left.
    const lostClientId = before.clientIds.some((clientId) => !after.clientIds.includes(clientId))
    if (lostClientId) return cutter.cutIdentity('device', after.id, 'client ids changed', before.clientIds)
  }

  function requireFree(deviceId: string): void {
    parseId(deviceId, 'device')
    const alike = devices.find(deviceId)
    if (alike?.id === deviceId) throw new DomainError('device_exists', `Device ${deviceId} exists already`)
    if (alike)
      throw new DomainError(
        'case_conflict',
        `Device ${alike.id} exists: two ids that differ only in case cannot both exist`,
      )
    if (services.find(deviceId)) throw new DomainError('device_exists', `${deviceId} is the name of a service`)
    const holder = devices.findByClientId(deviceId)
    if (holder)
      throw new DomainError('client_id_taken', `${deviceId} is recorded as a client id of device ${holder.id}`)
  }

  function requireClientIds(deviceId: string, clientIds: readonly string[]): void {
    for (const clientId of clientIds) {
      parseId(clientId, 'client')
      const holder = findHolder(clientId)
      if (holder !== undefined && holder !== `device ${deviceId}`) {
        throw new DomainError('client_id_taken', `Client id ${clientId} belongs to ${holder}`)
      }
    }
  }

  function findHolder(clientId: string): string | undefined {
    const service = services.find(clientId)
    if (service) return `service ${service.name}`
    const device = devices.findByClientId(clientId) ?? devices.find(clientId)
    return device && `device ${device.id}`
  }
}
