import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { createRootCertificate } from './certificate.ts'
import { type CertificatePlan, planCertificate } from './certificate-profile.ts'
import { exportPrivateKey, generateKeyPair, type KeyAlgorithm } from './key-pair.ts'
import type { KeyPairText } from './key-pair-files.ts'

/** A new root CA: its key and its self-signed certificate. */
export async function createRootKeyPair(clock: Clock, keyAlgorithm: KeyAlgorithm = 'ec-p256'): Promise<KeyPairText> {
  const keyPair = await generateKeyPair(keyAlgorithm)
  const { certificatePem } = await createRootCertificate(planRoot(clock), keyPair)
  return { keyPem: exportPrivateKey(keyPair.privateKey), certificatePem }
}

/** What a new root says of itself. */
export function planRoot(clock: Clock): CertificatePlan {
  // The random part keeps two hubs' CAs apart: peers choose an issuer by its name.
  return planCertificate({ kind: 'root', name: `Signet Root CA ${randomBytes(4).toString('hex')}` }, clock())
}
