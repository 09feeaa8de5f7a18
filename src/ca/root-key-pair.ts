import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { createRootCertificate } from './certificate.ts'
import { planCertificate } from './certificate-profile.ts'
import { exportPrivateKey, generateKeyPair, type KeyAlgorithm } from './key-pair.ts'
import type { KeyPairText } from './key-pair-files.ts'

/** A new root CA: its key and its self-signed certificate. */
export async function createRootKeyPair(clock: Clock, keyAlgorithm: KeyAlgorithm = 'ec-p256'): Promise<KeyPairText> {
  // The random part keeps two hubs' CAs apart: peers choose an issuer by its name.
  const name = `Signet Root CA ${randomBytes(4).toString('hex')}`
  const plan = planCertificate({ kind: 'root', name }, clock())
  const keyPair = await generateKeyPair(keyAlgorithm)
  const { certificatePem } = await createRootCertificate(plan, keyPair)
  return { keyPem: exportPrivateKey(keyPair.privateKey), certificatePem }
}
