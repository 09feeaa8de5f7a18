import type { Device } from './device.ts'
import type { Page } from './page.ts'
import type { DeviceQuery } from './ports.ts'

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
  remove(deviceId: string): Promise<void>
}
