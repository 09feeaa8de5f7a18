import type { Devices } from '../../registry/devices.ts'
import type { IssuedCertificate } from '../../registry/issuance.ts'
import { createBundle } from '../bundle/bundle.ts'
import type { BrokerAddress } from '../ports.ts'
import type { HandedFile } from './handed-file.ts'

/** Makes the archive of a device that was just issued its certificate. */
export type MakeBundle = (issued: IssuedCertificate) => HandedFile

export function bundleFiles(devices: Pick<Devices, 'get'>, broker: BrokerAddress): MakeBundle {
  return (issued) => {
    const { id: deviceId, userId } = devices.get(issued.certificate.subjectId)
    return createBundle(issued, { deviceId, userId, host: broker.brokerHost, port: broker.mqttPort })
  }
}
