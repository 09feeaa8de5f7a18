import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'

/** What the port of MQTT answers to by ALPN (RFC 7301): the registered name, and the one that clients of AWS IoT offer. */
export const MQTT_PROTOCOLS: readonly string[] = ['mqtt', 'x-amzn-mqtt-ca']
export const HTTP_PROTOCOLS: readonly string[] = ['http/1.1']

// RFC 9325 §4.2: authenticated encryption and ephemeral keys alone. The one that RFC 8446 §9.1 requires of everybody
// first: its hash is the one that microcontrollers and servers alike have in hardware.
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

// RFC 9325 §4.4: the hybrid and elliptic ones of OpenSSL's own list, without the finite fields of 112 bits behind them
const GROUPS = ['X25519MLKEM768', 'X25519', 'P-256', 'P-384', 'P-521'].join(':')

/** How every port of the hub speaks TLS: 1.2 and 1.3, no renegotiation, tickets only where they are allowed. */
export function tlsPolicy(sessionResumption: boolean): SecureContextOptions {
  // A ticket resumes as its device without the device's key.
  const tickets = sessionResumption ? 0 : constants.SSL_OP_NO_TICKET
  return {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    ecdhCurve: GROUPS,
    // RFC 9325 §3.5
    secureOptions: tickets | constants.SSL_OP_NO_RENEGOTIATION,
  }
}
