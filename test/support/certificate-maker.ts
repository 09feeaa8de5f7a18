import 'reflect-metadata'
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  type PublicKeyType,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Credentials } from './test-hub.ts'

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000

/** A CA that signs whatever a test asks for, under the names and dates it asks for. */
export interface CertificateMaker {
  readonly pem: string
  make(request: CertificateRequest): Promise<Credentials>
}

export interface CertificateRequest {
  /** One RDN each, in this order. */
  readonly commonNames: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** None: it serves every purpose. */
  readonly purposes?: readonly string[]
  /** A CA's certificate, below this one. */
  readonly isCa?: boolean
}

export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

/** A CA of somebody else's, under any name: the hub's own CA's name makes it a forger. */
export async function createForeignCa(name: string): Promise<CertificateMaker> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name,
    keys,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    signingAlgorithm: EC,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return createMaker(certificate, keys.privateKey)
}

/** The hub's own CA, with the key that lies beside it. */
export async function openHubCa({
  ca,
  caKey,
}: {
  readonly ca: string
  readonly caKey: string
}): Promise<CertificateMaker> {
  const pkcs8 = createPrivateKey(caKey).export({ type: 'pkcs8', format: 'der' })
  return createMaker(new X509Certificate(ca), await webcrypto.subtle.importKey('pkcs8', pkcs8, EC, false, ['sign']))
}

function createMaker(issuer: X509Certificate, signingKey: webcrypto.CryptoKey): CertificateMaker {
  return {
    pem: issuer.toString('pem'),
    async make({ commonNames, notBefore, notAfter, purposes = [CLIENT_AUTH], isCa = false }) {
      const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
      const subject = new Name(commonNames.map((commonName) => ({ CN: [{ utf8String: commonName }] })))
      const certificate = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject,
        issuer: issuer.subjectName.toJSON(),
        notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
        notAfter: notAfter ?? new Date(Date.now() + DAY_MS),
        publicKey: keys.publicKey as PublicKeyType,
        signingKey,
        signingAlgorithm: EC,
        extensions: [
          new BasicConstraintsExtension(isCa, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature | (isCa ? KeyUsageFlags.keyCertSign : 0), true),
          ...(purposes.length > 0 ? [new ExtendedKeyUsageExtension([...purposes])] : []),
        ],
      })
      const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
      return { cert: certificate.toString('pem'), key: toPem(Buffer.from(key)) }
    },
  }
}

function serialNumber(): string {
  // Positive and not zero: RFC 5280 §4.1.2.2
  return `4${randomBytes(16).toString('hex').slice(1)}`
}

function toPem(pkcs8: Buffer): string {
  return String(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }))
}
