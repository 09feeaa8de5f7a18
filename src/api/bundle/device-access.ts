/** Where a device connects and who it is: what the examples of its bundle say. Ids and host names need no escaping in any of them. */
export interface DeviceAccess {
  readonly deviceId: string
  readonly userId: string
  readonly host: string
  readonly port: number
}

/** The names of the three PEM files, in the folder of the bundle. */
export const PEM_FILES = { ca: 'ca-cert.pem', certificate: 'device-cert.pem', key: 'device-key.pem' } as const

/** Under which the device may publish and subscribe. */
export function topicRoot({ userId, deviceId }: DeviceAccess): string {
  return `users/${userId}/devices/${deviceId}`
}
