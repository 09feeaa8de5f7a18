import { createPrivateKey, sign } from 'node:crypto'

export interface TimeSignature {
  /** Base64; of an EC key in the DER form of RFC 3279 §2.2.3. */
  readonly signature: string
  readonly certificate: string
}

/** Signs what a device without a clock will believe: with the server's key, never with the CA's. */
export function createTimeSigner(server: {
  readonly keyPem: string
  readonly certificatePem: string
}): (text: string) => TimeSignature {
  const key = createPrivateKey(server.keyPem)
  // Ed25519 has its digest built in: RFC 8032 §5.1.
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return (text) => ({
    signature: sign(digest, Buffer.from(text), key).toString('base64'),
    certificate: server.certificatePem,
  })
}
