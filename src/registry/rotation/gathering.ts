import { X509Certificate } from 'node:crypto'
import type { Certificate } from '../certificate.ts'
import { isActive } from '../certificate.ts'
import type { KeyAlgorithm } from '../ports.ts'
import type { Fleet } from './ports.ts'
import type { Rotation, RotationFilter } from './rotation.ts'

/** Of so many devices behind `gatheredTo`, those that a rotation concerns, and the last that was looked at. */
export function gather(
  { filter, createdAt, gatheredTo = '' }: Pick<Rotation, 'filter' | 'createdAt' | 'gatheredTo'>,
  fleet: Pick<Fleet, 'listDevices' | 'certificatesOf'>,
  limit: number,
): { readonly members: readonly string[]; readonly gatheredTo: string | undefined } {
  const deviceIds = fleet.listDevices(gatheredTo, limit, filter)
  const fits = openFilter(filter)
  const isMember = (deviceId: string): boolean => {
    const current = fleet.certificatesOf(deviceId).find((one) => isActive(one, createdAt))
    return current !== undefined && current.createdAt <= createdAt && fits(current)
  }
  return {
    members: deviceIds.filter(isMember),
    gatheredTo: deviceIds.length < limit ? undefined : deviceIds.at(-1),
  }
}

/** What a certificate is held against, read once; of one that is known by its fingerprint alone nothing is known to fit. */
function openFilter({ expiresBefore, issuedBy, keyAlgorithm }: RotationFilter): (certificate: Certificate) => boolean {
  const end = expiresBefore === undefined ? undefined : new Date(expiresBefore)
  const issuer = issuedBy === undefined ? undefined : new X509Certificate(issuedBy)
  return ({ notAfter, pem }) => {
    if (end && !(notAfter && notAfter < end)) return false
    if (!issuer && !keyAlgorithm) return true
    if (pem === undefined) return false
    const certificate = new X509Certificate(pem)
    // By names and key identifiers: RFC 5280 §4.2.1.1. That it was signed is known since it was let in.
    if (issuer && !certificate.checkIssued(issuer)) return false
    return keyAlgorithm === undefined || keyAlgorithmOf(certificate) === keyAlgorithm
  }
}

function keyAlgorithmOf({ publicKey }: X509Certificate): KeyAlgorithm | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey
  if (asymmetricKeyType === 'ed25519') return 'ed25519'
  if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ec-p256'
  return RSA[asymmetricKeyDetails?.modulusLength ?? 0]
}

const RSA: Readonly<Record<number, KeyAlgorithm>> = { 2048: 'rsa-2048', 3072: 'rsa-3072', 4096: 'rsa-4096' }
