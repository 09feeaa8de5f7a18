import type { X509Certificate } from 'node:crypto'
import { type ChainVerdict, CLIENT_AUTH } from '../peer-identity.ts'

/** What OpenSSL's verification error says of chain and signature; undefined for those that hide what is behind them. */
export function verdictOf(authorizationError: string | undefined): ChainVerdict | undefined {
  if (!authorizationError) return 'trusted'
  return VERDICTS.has(authorizationError) ? VERDICTS.get(authorizationError) : 'chain_invalid'
}

// OpenSSL reports the last error alone: an expired forgery says only that it has expired.
const VERDICTS: ReadonlyMap<string, ChainVerdict | undefined> = new Map<string, ChainVerdict | undefined>([
  ['CERT_HAS_EXPIRED', undefined],
  ['CERT_NOT_YET_VALID', undefined],
  ['CERT_SIGNATURE_FAILURE', 'signature_invalid'],
  ['INVALID_PURPOSE', 'purpose_wrong'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'issuer_unknown'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'issuer_unknown'],
  // A CA of ours whose root is not trusted: the Server of Node takes no allowPartialTrustChain, whatever its documents say.
  ['UNABLE_TO_GET_ISSUER_CERT', undefined],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'issuer_unknown'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'issuer_unknown'],
])

/** Judges a certificate by its issuer's key, dates left aside: RFC 5280 §6.1.3 (a)(1), (a)(4) and §4.2.1.12. */
export function judgeChain(certificate: X509Certificate, trusted: readonly X509Certificate[]): ChainVerdict {
  const named = trusted.filter((issuer) => certificate.issuer === issuer.subject)
  if (named.length === 0) return 'issuer_unknown'
  if (!named.some((issuer) => certificate.verify(issuer.publicKey))) return 'signature_invalid'
  if (certificate.ca) return 'chain_invalid'
  // Node calls the extended key usage `keyUsage`; absent, it restricts nothing.
  const purposes: readonly string[] | undefined = certificate.keyUsage
  return purposes && !purposes.includes(CLIENT_AUTH) ? 'purpose_wrong' : 'trusted'
}

/**
 * Which of them has signed a certificate of a trusted chain; none: one below them, for Node keeps from a server what its
 * peers send beside their own. The signature says so: a stranger's CA may bear the name of ours.
 */
export function findAuthority(
  certificate: X509Certificate,
  trusted: readonly X509Certificate[],
): X509Certificate | undefined {
  const [only, ...others] = trusted
  if (others.length === 0) return only
  return trusted.find((one) => certificate.issuer === one.subject && certificate.verify(one.publicKey))
}
