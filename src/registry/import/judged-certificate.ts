import { X509Certificate } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DomainError } from '../../errors.ts'
import { parseFingerprint } from '../../identifiers.ts'
import { thumbprintOf } from '../../key-thumbprint.ts'
import { type ChainVerdict, type PeerCertificate, readPeerCertificate } from '../../peer-identity.ts'
import { CHAIN_CAUSES } from '../admission.ts'
import { createReason, reasonOf } from './import-reason.ts'
import type { ImportedCertificate, ImportedDevice, ImportReason } from './import-request.ts'

/** A certificate with all that can be said of it without the registry. */
export interface JudgedCertificate {
  readonly fingerprint: string
  /** None of a certificate known by its fingerprint alone. */
  readonly contents?: PeerCertificate
  readonly pem?: string
  /** RFC 7638; none of a key that TLS could not use. */
  readonly keyThumbprint?: string | undefined
}

export interface JudgedDevice {
  readonly device: ImportedDevice
  readonly certificates: readonly JudgedCertificate[]
  /** Of the certificates that can never let this device in. */
  readonly unfit: readonly ImportReason[]
}

type JudgeChain = (certificate: X509Certificate) => ChainVerdict

// A signature takes a third of a millisecond.
const DEVICES_A_TICK = 10

/** Checks every signature; connections are served in between, because a fleet's take seconds. */
export async function judgeDevices(
  devices: readonly ImportedDevice[],
  judgeChain: JudgeChain,
): Promise<readonly JudgedDevice[]> {
  const judged: JudgedDevice[] = []
  for (const device of devices) {
    if (judged.length % DEVICES_A_TICK === 0) await setImmediate()
    judged.push(judgeDevice(device, judgeChain))
  }
  return judged
}

function judgeDevice(device: ImportedDevice, judgeChain: JudgeChain): JudgedDevice {
  const certificates: JudgedCertificate[] = []
  const unfit: ImportReason[] = []
  for (const imported of device.certificates ?? []) {
    const verdict = judgeCertificate(imported, device.deviceId, judgeChain)
    if ('code' in verdict) unfit.push(verdict)
    else certificates.push(verdict)
  }
  return { device, certificates: certificates.toSorted(byAge), unfit }
}

/** The oldest first: the registry takes the one that came last for the newest. */
function byAge(a: JudgedCertificate, b: JudgedCertificate): number {
  return (a.contents?.notBefore.getTime() ?? 0) - (b.contents?.notBefore.getTime() ?? 0)
}

function judgeCertificate(
  { fingerprint: text, pem }: ImportedCertificate,
  deviceId: string,
  judgeChain: JudgeChain,
): JudgedCertificate | ImportReason {
  try {
    const fingerprint = text === undefined ? undefined : parseFingerprint(text)
    if (pem !== undefined) return judgePem(pem, fingerprint, deviceId, judgeChain)
    if (fingerprint !== undefined) return { fingerprint }
  } catch (error) {
    if (error instanceof DomainError) return reasonOf(error)
    throw error
  }
  return createReason('certificate_missing', 'Neither a certificate nor a fingerprint is given')
}

function judgePem(
  pem: string,
  expected: string | undefined,
  deviceId: string,
  judgeChain: JudgeChain,
): JudgedCertificate | ImportReason {
  const certificate = parseCertificate(pem)
  if (!certificate) return createReason('chain_invalid', 'The PEM text is no certificate')
  const contents = readPeerCertificate(certificate)
  const { fingerprint, issuer } = contents
  if (expected !== undefined && expected !== fingerprint) {
    return createReason('invalid_fingerprint', `The certificate has the fingerprint ${fingerprint}, not ${expected}`)
  }
  const chain = judgeChain(certificate)
  if (chain !== 'trusted') {
    return createReason(CHAIN_CAUSES[chain], `Certificate ${fingerprint} was issued by ${oneLine(issuer)}`)
  }
  const [commonName, ...others] = contents.commonNames
  if (commonName !== deviceId || others.length > 0) {
    const names = contents.commonNames.map((name) => JSON.stringify(name)).join(' and ')
    return createReason('common_name_wrong', `The subject's CN is ${names || 'absent'}, and not ${deviceId} alone`)
  }
  return { fingerprint, contents, pem: String(certificate), keyThumbprint: readThumbprint(certificate) }
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    // Not a certificate is an answer, not a failure: the report names it.
    return undefined
  }
}

function readThumbprint(certificate: X509Certificate): string | undefined {
  try {
    return thumbprintOf(certificate.publicKey)
  } catch {
    // What a stranger's CA signed may hold a key of any kind; nobody can ask us for such a one.
    return undefined
  }
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}
