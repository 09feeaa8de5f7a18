import { describe, expect, test } from 'vitest'
import { explainHandshakeFailure } from '../../src/edge/handshake-failure.ts'
import { createForeignCa } from '../support/certificate-maker.ts'

const certificateChain = (await createForeignCa('CN=Signet CA')).pem

function explain(code: string | undefined, hasAnswered = false) {
  const error = Object.assign(new Error('broken'), code === undefined ? {} : { code })
  return explainHandshakeFailure(error, { certificateChain, handshakeSeconds: 7, hasAnswered })
}

describe("OpenSSL's word for a failed handshake is a cause of ours:", () => {
  for (const { code, cause, expected } of [
    { code: 'ERR_TLS_HANDSHAKE_TIMEOUT', cause: 'handshake_timeout', expected: 'a handshake within 7 s' },
    { code: 'ERR_SSL_HTTP_REQUEST', cause: 'http_without_tls' },
    { code: 'ERR_SSL_HTTPS_PROXY_REQUEST', cause: 'http_without_tls' },
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER', cause: 'tls_missing' },
    { code: 'ERR_SSL_PACKET_LENGTH_TOO_LONG', cause: 'tls_missing' },
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL', cause: 'tls_version_unsupported' },
    { code: 'ERR_SSL_VERSION_TOO_LOW', cause: 'tls_version_unsupported' },
    { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', cause: 'tls_version_unsupported' },
    { code: 'ERR_SSL_NO_SHARED_CIPHER', cause: 'cipher_not_shared' },
    { code: 'ERR_SSL_NO_SHARED_GROUPS', cause: 'cipher_not_shared' },
    { code: 'ERR_SSL_NO_SUITABLE_KEY_SHARE', cause: 'cipher_not_shared' },
    { code: 'ERR_SSL_NO_APPLICATION_PROTOCOL', cause: 'alpn_unknown' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', cause: 'client_clock_wrong', expected: 'a clock between 20' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', cause: 'server_name_wrong', expected: 'one of the names none' },
    { code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', cause: 'server_name_wrong' },
    { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', cause: 'server_certificate_rejected', expected: 'trusts CN=Signet CA' },
    { code: 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', cause: 'server_certificate_rejected' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE', cause: 'server_certificate_rejected' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', cause: 'server_certificate_rejected' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', cause: 'handshake_failed' },
    { code: undefined, cause: 'handshake_failed' },
  ]) {
    test(`${code}: ${cause}`, () => {
      const failure = explain(code)
      expect(failure).toMatchObject({ cause, presented: { error: code ?? 'broken' } })
      if (expected !== undefined) expect(failure?.expected).toContain(expected)
    })
  }
})

describe('a peer that goes', () => {
  for (const code of ['ECONNRESET', 'EPIPE']) {
    test(`with ${code} before it was answered is nobody's business`, () => expect(explain(code)).toBeUndefined())

    test(`with ${code} once it has seen our certificate has abandoned the handshake`, () =>
      expect(explain(code, true)).toMatchObject({ cause: 'handshake_abandoned', expected: 'one of the names none' }))
  }
})
