import { createKeySigner, encodeSigned } from './ca-signer.ts'
import { derInteger, derSequence, encodeDer } from './der.ts'
import { encodeCommonName } from './distinguished-name.ts'
import { exportPrivateKey, generateKeyPair } from './key-pair.ts'
import { encodePem } from './pem.ts'
import { encodeKey } from './subject-public-key.ts'

/** A key and the request that asks for a certificate for it. */
export interface KeyRequest {
  /** PKCS#10 (RFC 2986), PEM. */
  readonly csr: string
  /** PKCS#8 PEM, held nowhere else. */
  readonly key: string
}

// RFC 2986 §4.1: version 1, and attributes, of which there are none
const VERSION = derInteger('0')
const ATTRIBUTES = encodeDer(0xa0)

/** Makes a P-256 key for a device on this machine, and signs a request with it. */
export async function createKeyRequest(commonName: string): Promise<KeyRequest> {
  const { publicKey, privateKey } = await generateKeyPair('ec-p256')
  const info = derSequence(VERSION, encodeCommonName(commonName), encodeKey(publicKey), ATTRIBUTES)
  const request = await encodeSigned(info, createKeySigner(privateKey))
  return { csr: encodePem('CERTIFICATE REQUEST', request), key: exportPrivateKey(privateKey) }
}
