import { hash, type KeyObject } from 'node:crypto'
import { publicJwkOf } from './public-jwk.ts'

/** RFC 7638 §3: one text for each public key, however its point is compressed or its DER written. RSA, EC and Ed25519. */
export function thumbprintOf(publicKey: KeyObject): string {
  const { crv, e, kty, n, x, y } = publicJwkOf(publicKey)
  // §3.2, RFC 8037 §2: the required members alone, in the order of their names; those a kind has not are left out.
  return hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url')
}
