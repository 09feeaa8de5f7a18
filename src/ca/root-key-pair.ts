import { type KeyObject, randomBytes, type X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { createKeySigner } from './ca-signer.ts'
import { createCertificate, createRootCertificate } from './certificate.ts'
import { type CertificatePlan, planCertificate } from './certificate-profile.ts'
import { createIssuer } from './issuer.ts'
import { exportPrivateKey, generateKeyPair, type KeyAlgorithm } from './key-pair.ts'
import type { KeyPairText } from './key-pair-files.ts'

/** A new root CA: its key and its self-signed certificate. */
export async function createRootKeyPair(clock: Clock, keyAlgorithm: KeyAlgorithm = 'ec-p256'): Promise<KeyPairText> {
  const keyPair = await generateKeyPair(keyAlgorithm)
  const { certificatePem } = await createRootCertificate(planRoot(clock), keyPair)
  return { keyPem: exportPrivateKey(keyPair.privateKey), certificatePem }
}

/** The certificate of a root that signs issuing CAs; its key may be away when none is to be made. */
export async function certifyUpperRoot(clock: Clock, privateKey: KeyObject): Promise<string> {
  const { certificatePem } = await createRootCertificate(planRoot(clock, 'upper_root'), { privateKey })
  return certificatePem
}

/** What a new root says of itself. */
export function planRoot(clock: Clock, kind: 'root' | 'upper_root' = 'root'): CertificatePlan {
  return planCertificate({ kind, name: distinctName('Signet Root CA') }, clock())
}

/** A new CA below a root: its key, and its certificate followed by the root's. */
export async function createIssuingKeyPair(
  clock: Clock,
  root: { readonly certificate: X509Certificate; readonly privateKey: KeyObject },
  keyAlgorithm: KeyAlgorithm = 'ec-p256',
): Promise<KeyPairText> {
  const issuer = createIssuer(root.certificate, createKeySigner(root.privateKey))
  const name = distinctName('Signet Issuing CA')
  const plan = planCertificate({ kind: 'issuing_ca', name }, clock(), { notAfter: new Date(root.certificate.validTo) })
  const { publicKey, privateKey } = await generateKeyPair(keyAlgorithm)
  const { certificatePem } = await createCertificate(plan, publicKey, issuer)
  return { keyPem: exportPrivateKey(privateKey), certificatePem: certificatePem + String(root.certificate) }
}

// The random part keeps two hubs' CAs apart: peers choose an issuer by its name.
function distinctName(name: string): string {
  return `${name} ${randomBytes(4).toString('hex')}`
}
