import type { X509Certificate } from 'node:crypto'
import type { Pki } from './app-pki.ts'
import { isIssuedBy } from './ca/certificate-chain.ts'
import { OcspResponder } from './ca/ocsp-responder.ts'
import type { CertificateStatus } from './ca/ocsp-response.ts'
import type { Clock } from './clock.ts'
import { createCertificateStatusStore } from './db/certificate-status-store.ts'
import type { Database } from './db/database.ts'
import type { Logger } from './logger.ts'
import { statusOfSerialNumber } from './registry/certificate-statuses.ts'

export interface OcspParts {
  readonly database: Database
  readonly pki: Pick<Pki, 'authority' | 'https' | 'mqtts'>
  readonly clock: Clock
  readonly logger: Logger
}

export interface Ocsp extends Pick<OcspResponder, 'answer'> {
  /** What goes with the certificate that a listener shows, DER; undefined: another CA's, of which we can say nothing. */
  staple(certificate: Buffer): Promise<Buffer | undefined>
}

/** The responder for all that our CA has signed and the registry holds, and for what the hub itself shows. */
export function createOcsp({ database, pki, clock, logger }: OcspParts): Ocsp {
  const store = createCertificateStatusStore(database)
  const shown = [pki.https.served, pki.mqtts.served]
  const isOurs = (certificate: X509Certificate): boolean => isIssuedBy(certificate, pki.authority.certificate)
  const responder = new OcspResponder({
    authority: pki.authority,
    statusOf(serialNumber): CertificateStatus {
      const found = statusOfSerialNumber(store, serialNumber)
      return found.status === 'unknown' && isShown(serialNumber) ? { status: 'good' } : found
    },
    onFailure: (err) => logger.error({ component: 'ca', err }, 'OCSP answers could not be signed'),
    clock,
  })
  return {
    answer: (request) => responder.answer(request),
    async staple(der) {
      const certificate = shown.map(({ identity }) => identity.certificate).find(({ raw }) => raw.equals(der))
      return certificate && isOurs(certificate) ? await responder.answerFor(certificate.serialNumber) : undefined
    },
  }

  /** The registry holds nothing of the hub's own server certificate, which is renewed as the hub sees fit. */
  function isShown(serialNumber: string): boolean {
    return shown.some(
      ({ identity: { certificate } }) => certificate.serialNumber === serialNumber && isOurs(certificate),
    )
  }
}
