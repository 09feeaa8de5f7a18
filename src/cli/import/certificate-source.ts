import { parse } from 'node:path'
import type { CertificateFolder } from './certificate-folder.ts'
import { type ImportPlan, mergeDevices } from './import-plan.ts'

/** A device for each name in the folder's certificates. */
export function planCertificates({ certificates, leftOut }: CertificateFolder, userId?: string): ImportPlan {
  const devices = certificates.map(({ path, pem, contents }) => ({
    // What has no name is reported by the name of its file.
    deviceId: contents.commonNames[0] ?? parse(path).name,
    ...(userId === undefined ? {} : { userId }),
    certificates: [{ pem }],
  }))
  return { devices: mergeDevices(devices), policies: [], leftOut }
}
