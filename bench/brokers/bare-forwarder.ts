/**
 * What Node itself costs: mutual TLS, and bytes handed on as they come. It knows no topic, no session and nobody's
 * rights; no broker in Node is quicker. Started as a process of its own: node bare-forwarder.ts CERTS_DIR.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type TLSSocket } from 'node:tls'

const [certsDir = '.'] = process.argv.slice(2)
const read = (name: string): string => readFileSync(join(certsDir, name), 'utf8')

// MQTT 3.1.1 §2.2.1: the first octets of the packets that are answered
const CONNECT = 0x10
const SUBSCRIBE = 0x82
const DISCONNECT = 0xe0
const CONNACK = Buffer.from([0x20, 2, 0, 0])

const subscribers = new Set<TLSSocket>()
const server = createServer(
  {
    ca: read('ca-cert.pem'),
    cert: read('server-cert.pem'),
    key: read('server-key.pem'),
    requestCert: true,
    minVersion: 'TLSv1.3',
  },
  (socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => subscribers.delete(socket))
    socket.on('data', (bytes) => answer(socket, bytes))
  },
)
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
process.once('SIGTERM', () => server.close())

function answer(socket: TLSSocket, bytes: Buffer): void {
  if (bytes[0] === CONNECT) return void socket.write(CONNACK)
  if (bytes[0] === DISCONNECT) return void socket.end()
  if (bytes[0] !== SUBSCRIBE) {
    for (const subscriber of subscribers) subscriber.write(bytes)
    return
  }
  subscribers.add(socket)
  socket.write(Buffer.from([0x90, 3, bytes[2] ?? 0, bytes[3] ?? 0, 0]))
}
