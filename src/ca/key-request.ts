import 'reflect-metadata'
import type { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { exportPrivateKey, generateKeyPair } from './key-pair.ts'

/** A key and the request that asks for a certificate for it. */
export interface KeyRequest {
  /** PKCS#10 (RFC 2986), PEM. */
  readonly csr: string
  /** PKCS#8 PEM, held nowhere else. */
  readonly key: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** Makes a P-256 key for a device on this machine, and signs a request with it. */
export async function createKeyRequest(commonName: string): Promise<KeyRequest> {
  const { publicKey, privateKey } = await generateKeyPair('ec-p256')
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    // From JSON: a string with a comma in it would become two names.
    name: [{ CN: [commonName] }],
    keys: {
      publicKey: publicKey.toCryptoKey(ALGORITHM, true, ['verify']) as webcrypto.CryptoKey,
      privateKey: privateKey.toCryptoKey(ALGORITHM, true, ['sign']) as webcrypto.CryptoKey,
    },
    signingAlgorithm: ALGORITHM,
  })
  return { csr: request.toString('pem'), key: exportPrivateKey(privateKey) }
}
