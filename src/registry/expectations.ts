import type { RefusalCause } from '../refusal.ts'

/** What would have been accepted, where the cause alone says it; who refuses may know better. */
export type Expectations = Readonly<Partial<Record<RefusalCause, string>>>

/** `issuer` is the CA that client certificates must come from, by its subject. */
export function createExpectations(issuer: string): Expectations {
  const issued = `a certificate issued by ${issuer.replaceAll('\n', ', ')}`
  return {
    alpn_unknown: 'the ALPN protocol http/1.1 on the HTTPS port, none or any on the MQTT port',
    certificate_kind_wrong: 'a certificate of a device or service',
    certificate_missing: issued,
    certificate_revoked: 'a certificate that is issued anew',
    certificate_signature_invalid: `${issued}, and signed with its key`,
    certificate_superseded: 'the newest certificate of the same device or service',
    certificate_unknown: 'a certificate whose fingerprint is in the registry',
    chain_invalid: issued,
    cipher_not_shared: 'TLS 1.3, or an ECDHE cipher suite with AES-GCM or ChaCha20 of TLS 1.2',
    connect_invalid: 'an MQTT 3.1.1 CONNECT as the first packet',
    credential_missing: `${issued}, or a user name and its token`,
    http_on_mqtt_port: 'an MQTT 3.1.1 CONNECT',
    http_without_tls: 'TLS 1.2 or TLS 1.3',
    issuer_unknown: issued,
    legacy_password_ended: 'a token, or a certificate',
    login_invalid: 'the id as user name, and a token of it as password',
    login_missing: 'the id as user name, and a token of it as password',
    login_over_limit: 'the right password, a minute later',
    mqtt_on_https_port: 'HTTP, or MQTT over WebSocket at /mqtt',
    packet_invalid: 'packets as MQTT 3.1.1 has them',
    publish_denied: 'a topic that a policy of this identity allows',
    purpose_wrong: 'the extendedKeyUsage clientAuth (1.3.6.1.5.5.7.3.2)',
    subscribe_denied: 'a topic filter that a policy of this identity allows',
    tls_missing: 'TLS 1.2 or TLS 1.3',
    tls_on_plain_port: 'an MQTT 3.1.1 CONNECT without TLS',
    tls_version_unsupported: 'TLS 1.2 or TLS 1.3',
    token_expired: 'a token that has not expired',
    token_invalid: 'a token that signet token list shows as good',
    token_missing: 'the header Authorization: Bearer <token>',
    token_revoked: 'a token that was not revoked',
    websocket_invalid: 'MQTT in binary WebSocket frames',
    will_denied: 'a topic that a policy of this identity allows',
  }
}
