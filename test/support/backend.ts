import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Credentials } from './test-hub.ts'

/** A server of somebody else's on a free port of loopback. */
export interface Backend extends AsyncDisposable {
  readonly server: Server
  readonly host: string
  readonly port: number
}

export function startBackend(listener: RequestListener): Promise<Backend> {
  return listen(createHttpServer(listener))
}

export function startSecureBackend(credentials: Credentials, listener: RequestListener): Promise<Backend> {
  return listen(createHttpsServer(credentials, listener))
}

/** One that speaks what a test wants spoken, HTTP or not. */
export function startRawBackend(onConnection: (socket: Socket) => void): Promise<Backend> {
  return listen(createServer({ allowHalfOpen: true }, onConnection))
}

async function listen(server: Server): Promise<Backend> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
