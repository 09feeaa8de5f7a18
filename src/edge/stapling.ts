import type { Server } from 'node:tls'

/** An OCSPResponse for the certificate that a server shows, both DER; undefined: there is none. It does not reject. */
export type Staple = (certificate: Buffer) => Promise<Buffer | undefined>

/** RFC 6066 §8: a client that asks by status_request need not ask the CA. */
export function answerStatusRequests(server: Server, staple: Staple): void {
  server.on('OCSPRequest', (certificate: Buffer, _issuer: Buffer, callback) => {
    void staple(certificate).then((response) => callback(null, response ?? null))
  })
}
