import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import { type Certificate, whyUntimely, whyUnusable } from '../certificate.ts'
import { createReason } from './import-reason.ts'
import type { ImportReason } from './import-request.ts'
import type { JudgedCertificate } from './judged-certificate.ts'
import type { ImportedCertificates } from './ports.ts'

export interface CertificateImportOptions {
  readonly certificates: ImportedCertificates
  readonly clock: Clock
}

/** A certificate as the registry holds it after the import. */
export interface KeptCertificate {
  readonly certificate: Certificate
  readonly isNew: boolean
  readonly isCompleted: boolean
  readonly refusal: ImportReason | undefined
}

/** Registers it for the device, or completes what was registered by the fingerprint; throws `certificate_exists`. */
export function keepCertificate(
  judged: JudgedCertificate,
  deviceId: string,
  { certificates, clock }: CertificateImportOptions,
): KeptCertificate {
  const { fingerprint, pem } = judged
  const known = certificates.findByFingerprint(fingerprint)
  if (known && (known.kind !== 'device' || known.subjectId !== deviceId)) {
    throw new DomainError(
      'certificate_exists',
      `Certificate ${fingerprint} is registered for ${known.kind} ${known.subjectId}`,
    )
  }
  const now = clock()
  if (!known) {
    const certificate = createRecord(judged, deviceId, now)
    // Of its key the thumbprint was taken before.
    certificates.insert({ ...certificate, keyThumbprint: judged.keyThumbprint })
    return { certificate, isNew: true, isCompleted: false, refusal: judgeRecord(certificate, now) }
  }
  const isCompleted = (known.pem === undefined && pem !== undefined) || isPending(known)
  if (pem !== undefined && isCompleted) certificates.complete(fingerprint, contentsOf(judged))
  if (isPending(known)) certificates.approve(fingerprint)
  const certificate = isCompleted ? certificates.findByFingerprint(fingerprint) : known
  if (!certificate) throw new Error(`Certificate ${fingerprint} was not kept`)
  return { certificate, isNew: false, isCompleted, refusal: judgeRecord(certificate, now) }
}

function isPending({ pendingSince, revokedAt }: Certificate): boolean {
  return pendingSince !== undefined && revokedAt === undefined
}

function judgeRecord(certificate: Certificate, now: Date): ImportReason | undefined {
  const cause = whyUnusable(certificate, now)
  if (cause === undefined) return undefined
  const { fingerprint, notBefore, notAfter } = certificate
  const period = whyUntimely(certificate, now) ? `, from ${notBefore?.toISOString()} to ${notAfter?.toISOString()}` : ''
  return createReason(cause, `Certificate ${fingerprint}${period}`)
}

function contentsOf({ contents, pem }: JudgedCertificate) {
  if (!contents || pem === undefined) return { serialNumber: undefined, notBefore: undefined, notAfter: undefined }
  const { serialNumber, notBefore, notAfter, subject } = contents
  return { serialNumber, notBefore, notAfter, subject, pem }
}

function createRecord(judged: JudgedCertificate, deviceId: string, now: Date): Certificate {
  return {
    id: randomUUID(),
    kind: 'device',
    subjectId: deviceId,
    fingerprint: judged.fingerprint,
    pem: undefined,
    ...contentsOf(judged),
    origin: 'imported',
    createdAt: now,
    firstSeenAt: undefined,
    retiresAt: undefined,
    revokedAt: undefined,
    revocationReason: undefined,
  }
}
