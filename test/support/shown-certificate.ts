import type { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

/** What a port shows in a handshake, whoever signed it and whenever it is valid. */
export async function readShown(port: number, host = 'localhost'): Promise<X509Certificate> {
  const socket = await openTls(port, { rejectUnauthorized: false, host })
  const certificate = socket.getPeerX509Certificate()
  socket.destroy()
  if (!certificate) throw new Error(`port ${port} showed no certificate`)
  return certificate
}

/** Rejects unless the certificate of the port leads to this CA and names localhost. */
export async function expectTrusted(port: number, ca: string): Promise<void> {
  const socket = await openTls(port, { ca })
  socket.destroy()
}

async function openTls(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: 'localhost', servername: 'localhost', port, ...options })
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}
