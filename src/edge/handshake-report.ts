import type { TLSSocket } from 'node:tls'
import type { Peer } from '../peer-identity.ts'
import type { HandshakeError } from './handshake-failure.ts'

type Report = Readonly<Record<string, string | boolean | null>>

/** A finished handshake in words, for the log: nothing of it is a secret. Of the group Node tells clients alone. */
export function describeHandshake(socket: TLSSocket, peer: Peer): Report {
  const shown = peer.certificate
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().name,
    alpn: socket.alpnProtocol || null,
    serverName: socket.servername || null,
    resumed: socket.isSessionReused(),
    subject: shown?.subject ?? null,
    fingerprint: shown?.fingerprint ?? null,
    verdict: peer.certificate ? peer.chain : 'no certificate',
  }
}

/** One that did not finish, as far as it came. */
export function describeFailure(socket: TLSSocket, { code = '', reason, message }: HandshakeError): Report {
  return { serverName: socket.servername || null, error: reason ?? (code || message) }
}
