import type { JsonWebKey, KeyObject } from 'node:crypto'

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
