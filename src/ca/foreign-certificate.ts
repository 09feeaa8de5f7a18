import type { X509Certificate } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { parseCertificates } from './certificate-chain.ts'
import { checkCertificate, judging } from './imported-authority.ts'

/** The certificate of somebody else's CA, whose key is not here; throws `authority_unfit` where nothing could lead to it. */
export function readForeignCertificate(text: string, now: Date): X509Certificate {
  const [certificate, ...others] = judging(() => parseCertificates(text, PLACE))
  if (others.length > 0) {
    throw new DomainError(
      'authority_unfit',
      `The certificate ${PLACE} does not stand alone: give the one CA that signs the certificates of the devices, and no other`,
    )
  }
  checkCertificate(certificate, 0, now, PLACE)
  return certificate
}

const PLACE = 'of the CA to be trusted'
