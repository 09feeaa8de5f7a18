import { hash, type JsonWebKey, type KeyObject } from 'node:crypto'

/** RFC 7638 §3: one text for each public key, however its point is compressed or its DER written. RSA, EC and Ed25519. */
export function thumbprintOf(publicKey: KeyObject): string {
  const { crv, e, kty, n, x, y } = publicJwkOf(publicKey)
  // §3.2, RFC 8037 §2: the required members alone, in the order of their names; those a kind has not are left out.
  return hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url')
}

/** The members of a public key, RFC 7518 §6 and RFC 8037 §2. */
export type PublicJwk = Pick<JsonWebKey, 'crv' | 'e' | 'kty' | 'n' | 'x' | 'y'>

const known = new WeakMap<KeyObject, PublicJwk>()

/** Of RSA, Ed25519 and the curves that JOSE names; throws for other keys. Read once of each: OpenSSL takes nearly as long as for a signature. */
export function publicJwkOf(publicKey: KeyObject): PublicJwk {
  const jwk = known.get(publicKey) ?? publicKey.export({ format: 'jwk' })
  known.set(publicKey, jwk)
  return jwk
}

/** Spares reading it, where it is known from the private key. */
export function notePublicJwk(publicKey: KeyObject, { d: _, ...jwk }: JsonWebKey): void {
  known.set(publicKey, jwk)
}
