import type { ImportBody } from '../../api/resources/import.ts'
import type { CertificateFolder, FoundCertificate } from './certificate-folder.ts'

export type PlannedDevice = NonNullable<ImportBody['devices']>[number]
export type PlannedPolicy = NonNullable<ImportBody['policies']>[number]
export type PlannedHash = NonNullable<PlannedDevice['legacyCredential']>['hash']

/** What the files of another system say, in the words of the hub. */
export interface ImportPlan {
  readonly devices: readonly PlannedDevice[]
  readonly policies: readonly PlannedPolicy[]
  /** What the hub cannot express, or what is not meant for it: a sentence each. */
  readonly leftOut: readonly string[]
}

export const EMPTY_PLAN: ImportPlan = { devices: [], policies: [], leftOut: [] }

export function joinPlans(plans: readonly ImportPlan[]): ImportPlan {
  return {
    devices: mergeDevices(plans.flatMap(({ devices }) => devices)),
    policies: plans.flatMap(({ policies }) => policies),
    leftOut: plans.flatMap(({ leftOut }) => leftOut),
  }
}

/** One entry a device, with all that was said of it; two owners of one id stay two, and the hub refuses the second. */
export function mergeDevices(devices: readonly PlannedDevice[]): readonly PlannedDevice[] {
  const merged = new Map<string, PlannedDevice>()
  for (const device of devices) {
    const key = JSON.stringify([device.deviceId, device.userId])
    const known = merged.get(key)
    merged.set(key, known ? mergeTwo(known, device) : device)
  }
  return [...merged.values()]
}

function mergeTwo(a: PlannedDevice, b: PlannedDevice): PlannedDevice {
  const union = (name: 'policies' | 'clientIds'): { readonly [Name in typeof name]?: string[] } =>
    a[name] || b[name] ? { [name]: [...new Set([...(a[name] ?? []), ...(b[name] ?? [])])] } : {}
  const certificates = [...(a.certificates ?? []), ...(b.certificates ?? [])]
  return {
    ...a,
    ...b,
    ...union('policies'),
    ...union('clientIds'),
    ...(certificates.length > 0 ? { certificates } : {}),
  }
}

/** Gives each device the certificates of the folder that carry its fingerprint or its name; tells of those of nobody. */
export function withCertificates(plan: ImportPlan, { certificates }: CertificateFolder): ImportPlan {
  const claimed = new Set<FoundCertificate>()
  const devices = plan.devices.map((device) => {
    const wanted = new Set(device.certificates?.map(({ fingerprint }) => fingerprint))
    const found = certificates.filter(
      ({ contents }) => wanted.has(contents.fingerprint) || isNamed(contents, device.deviceId),
    )
    for (const certificate of found) claimed.add(certificate)
    const known = new Set(found.map(({ contents }) => contents.fingerprint))
    const unseen = (device.certificates ?? []).filter(({ fingerprint }) => !known.has(fingerprint ?? ''))
    return { ...device, certificates: [...unseen, ...found.map(({ pem }) => ({ pem }))] }
  })
  const unclaimed = certificates.filter((certificate) => !claimed.has(certificate))
  const told = `${unclaimed.length} certificates of the folder are of none of these devices, such as ${unclaimed[0]?.path}`
  return { ...plan, devices, leftOut: unclaimed.length > 0 ? [...plan.leftOut, told] : plan.leftOut }
}

function isNamed({ commonNames }: FoundCertificate['contents'], deviceId: string): boolean {
  return commonNames.length === 1 && commonNames[0] === deviceId
}
