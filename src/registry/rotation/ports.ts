import type { Certificate } from '../certificate.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Rotation, RotationFilter, RotationMember, RotationState } from './rotation.ts'

export interface RotationStore {
  find(id: string): Rotation | undefined
  /** Newest first. */
  list(): readonly Rotation[]
  insert(rotation: Rotation): void
  setState(id: string, state: RotationState): void
  /** Adds members, and notes how far the devices were looked at; undefined: all were. */
  addMembers(id: string, deviceIds: readonly string[], gatheredTo: string | undefined): void
  /** In the order of their ids; the state of each follows from the certificates it has at `now`. */
  listMembers(rotation: Pick<Rotation, 'id' | 'createdAt'>, page: PageRequest, now: Date): Page<RotationMember>
  markTold(id: string, deviceIds: readonly string[], at: Date): void
  /** Whether a rotation that is running or paused asks the device to replace a certificate of that time. */
  asks(deviceId: string, createdAt: Date): boolean
}

/** The devices that there are, with the certificates they could show. */
export interface Fleet {
  /** So many devices behind this id, in the order of their ids. */
  listDevices(after: string, limit: number, whose: Pick<RotationFilter, 'deviceId' | 'userId'>): readonly string[]
  /** Newest first. */
  certificatesOf(deviceId: string): readonly Certificate[]
}

/** Where a device hears that it is asked. */
export interface Listener {
  readonly topicName: string
  /** When its connection was made. */
  readonly since: Date
}

/** How devices are reached. */
export interface DeviceLine {
  /** None: no connection of the device would hear. */
  listenerOf(deviceId: string): Listener | undefined
  /** At QoS 1, not retained. */
  tell(topicName: string, payload: Buffer): Promise<void>
}
