import { X509Certificate } from 'node:crypto'
import type { Refusal, RefusalCause } from '../refusal.ts'

/** What OpenSSL threw: its own code and words, where Node passes them on. */
export type HandshakeError = Error & { readonly code?: string; readonly reason?: string }

export type HandshakeFailure = Required<Pick<Refusal, 'cause' | 'presented'>> & Pick<Refusal, 'expected'>

export interface HandshakeContext {
  readonly certificateChain: string
  readonly handshakeSeconds: number
  /** Whether the peer was shown our certificate. */
  readonly hasAnswered: boolean
}

/** Why a handshake failed; undefined for a peer that only opened the port and left, as health checks and scanners do. */
export function explainHandshakeFailure(
  error: HandshakeError,
  { certificateChain, handshakeSeconds, hasAnswered }: HandshakeContext,
): HandshakeFailure | undefined {
  const { code = '', reason, message } = error
  const isGone = code === 'ECONNRESET' || code === 'EPIPE'
  if (isGone && !hasAnswered) return undefined
  const presented = { error: reason ?? (code || message) }
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return { cause: 'handshake_timeout', presented, expected: `a handshake within ${handshakeSeconds} s` }
  }
  const cause = isGone ? 'handshake_abandoned' : findCause(code)
  const describe = EXPECTED[cause]
  return { cause, presented, ...(describe ? { expected: describe(new X509Certificate(certificateChain)) } : {}) }
}

function findCause(code: string): RefusalCause {
  return CAUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 'handshake_failed'
}

// RFC 8446 §6.2 names the alerts; what each client sends for which finding was measured, docs/troubleshooting.md lists it.
const CAUSES: readonly (readonly [code: RegExp, cause: RefusalCause])[] = [
  [/HTTP(?:S_PROXY)?_REQUEST$/, 'http_without_tls'],
  [/WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$/, 'tls_missing'],
  [/UNSUPPORTED_PROTOCOL$|VERSION_TOO_LOW$|ALERT_PROTOCOL_VERSION$/, 'tls_version_unsupported'],
  [/NO_SHARED_|NO_SUITABLE_/, 'cipher_not_shared'],
  [/NO_APPLICATION_PROTOCOL$/, 'alpn_unknown'],
  [/ALERT_CERTIFICATE_EXPIRED$/, 'client_clock_wrong'],
  // OpenSSL sends bad_certificate for a wrong name and for a notBefore ahead, Mosquitto's clients internal_error for the first.
  [/ALERT_BAD_CERTIFICATE$|ALERT_INTERNAL_ERROR$/, 'server_name_wrong'],
  [/ALERT_(?:UNKNOWN_CA|ACCESS_DENIED|UNSUPPORTED_CERTIFICATE|CERTIFICATE_)/, 'server_certificate_rejected'],
]

const namesOf = ({ subjectAltName = 'none' }: X509Certificate): string => `one of the names ${subjectAltName}`

const EXPECTED: Readonly<Partial<Record<RefusalCause, (shown: X509Certificate) => string>>> = {
  handshake_abandoned: namesOf,
  client_clock_wrong: ({ validFrom, validTo }) =>
    `a clock between ${new Date(validFrom).toISOString()} and ${new Date(validTo).toISOString()}`,
  server_certificate_rejected: ({ issuer }) => `a client that trusts ${issuer.replaceAll('\n', ', ')}`,
  server_name_wrong: namesOf,
}
