import type { Identity } from './identity.ts'
import type { DeviceStore, ServiceStore } from './ports.ts'

/** A device or service with a credential, as it stands now. */
export interface Subject {
  readonly state: 'active' | 'suspended'
  readonly identity: Identity
}

export interface SubjectsOptions {
  readonly devices: Pick<DeviceStore, 'find'>
  readonly services: Pick<ServiceStore, 'find'>
}

/** By its exact id: the stores ignore case, a credential does not. */
export function findSubject(
  { devices, services }: SubjectsOptions,
  kind: 'device' | 'service',
  id: string,
): Subject | undefined {
  if (kind === 'device') {
    const device = devices.find(id)
    if (device?.id !== id) return undefined
    return { state: device.state, identity: { kind, id, userId: device.userId } }
  }
  const service = services.find(id)
  return service?.name === id ? { state: service.state, identity: { kind, id, userId: undefined } } : undefined
}
