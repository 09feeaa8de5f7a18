import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { IncomingConnection } from '../../../src/broker/connection.ts'
import { createWebSocketDoor } from '../../../src/broker/websocket/websocket-door.ts'
import { createIncoming, type IncomingDouble } from '../parties.ts'

export interface WebSocketPair extends AsyncDisposable {
  readonly client: WebSocket
  /** The code with which the client's end was closed. */
  readonly closed: Promise<number>
  /** What the door was given, and what it handed on. */
  readonly below: IncomingDouble
  readonly incoming: IncomingConnection
}

const LIMITS = { connectBytes: 1024, packetBytes: 65_536 }

/** Both ends of a WebSocket on loopback, the hub's as the door hands it on. */
export async function openWebSocketPair(limits: Partial<typeof LIMITS> = {}): Promise<WebSocketPair> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const handedOn = Promise.withResolvers<Pick<WebSocketPair, 'below' | 'incoming'>>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const below = createIncoming(socket)
    const onConnection = (incoming: IncomingConnection): void => handedOn.resolve({ below, incoming })
    createWebSocketDoor({ limits: { ...LIMITS, ...limits }, onConnection })({ request, head, connection: below })
  })
  const { port } = server.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, ['mqtt'])
  const closed = new Promise<number>((resolve) => client.once('close', (code) => resolve(code)))
  client.on('error', () => undefined)
  const { below, incoming } = await handedOn.promise
  // As every Connection does.
  incoming.socket.on('error', () => undefined)
  if (client.readyState === client.CONNECTING) await once(client, 'open')
  return {
    client,
    closed,
    below,
    incoming,
    async [Symbol.asyncDispose]() {
      client.terminate()
      below.socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
