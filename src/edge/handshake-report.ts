import type { TLSSocket } from 'node:tls'
import type { Peer } from '../peer-identity.ts'

/** A finished handshake in words, for the log: nothing of it is a secret. */
export function describeHandshake(socket: TLSSocket, peer: Peer): Readonly<Record<string, string | boolean | null>> {
  const { alpnProtocol, servername: serverName } = socket
  const shown = peer.certificate
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().name,
    alpn: alpnProtocol || null,
    serverName: serverName || null,
    resumed: socket.isSessionReused(),
    subject: shown?.subject ?? null,
    fingerprint: shown?.fingerprint ?? null,
    chain: peer.certificate ? peer.chain : null,
  }
}
