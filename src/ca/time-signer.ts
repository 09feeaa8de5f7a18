import { createPrivateKey, sign } from 'node:crypto'
import type { KeyPairText } from './key-pair-files.ts'

export interface TimeSignature {
  /** Base64; of an EC key in the DER form of RFC 3279 §2.2.3. */
  readonly signature: string
  readonly certificate: string
}

/** Signs what a device without a clock will believe: with the server's key, never with the CA's. */
export function createTimeSigner(server: () => KeyPairText): (text: string) => TimeSignature {
  return (text) => {
    // Asked each time: it may have been exchanged.
    const { keyPem, certificatePem } = server()
    const key = createPrivateKey(keyPem)
    // Ed25519 has its digest built in: RFC 8032 §5.1.
    const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    return { signature: sign(digest, Buffer.from(text), key).toString('base64'), certificate: certificatePem }
  }
}
