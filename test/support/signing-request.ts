import 'reflect-metadata'
import { createPrivateKey, createPublicKey, generateKeyPairSync, type webcrypto } from 'node:crypto'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A PKCS#10 request as PEM and the P-256 key it was made with, or of a key that is there. */
export async function createSigningRequest(
  commonName: string,
  privateKeyPem?: string,
): Promise<{ readonly csr: string; readonly key: string }> {
  const privateKey = privateKeyPem
    ? createPrivateKey(privateKeyPem)
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const keys = {
    privateKey: privateKey.toCryptoKey(EC, true, ['sign']) as webcrypto.CryptoKey,
    publicKey: createPublicKey(privateKey).toCryptoKey(EC, true, ['verify']) as webcrypto.CryptoKey,
  }
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }],
    // The library names the type of a browser's, which knows fewer uses.
    keys: keys as Parameters<typeof Pkcs10CertificateRequestGenerator.create>[0]['keys'],
    signingAlgorithm: EC,
  })
  return { csr: request.toString('pem'), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
