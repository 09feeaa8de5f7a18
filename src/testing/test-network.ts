import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { resetSocket } from '../edge/reset-socket.ts'

/** The wire between the clients and the hub, as bad as a test wants it. */
export interface TestNetwork extends AsyncDisposable {
  readonly port: number
  /** Closes every connection now, without a goodbye; new ones are let in. */
  drop(): void
  /** Whether new connections are reset as they come. */
  refuse(isRefusing: boolean): void
  /** Holds every chunk back for so many milliseconds, in both directions; order is kept. */
  delay(milliseconds: number): void
  /** Whether bytes vanish in both directions while the connections stay open, as behind a dead radio. */
  swallow(isSwallowing: boolean): void
}

/** Listens on 127.0.0.1, or wherever `host` says, and passes on to a port of this machine. */
export async function openTestNetwork(targetPort: number, host = '127.0.0.1'): Promise<TestNetwork> {
  const faults = { isRefusing: false, isSwallowing: false, delayMs: 0 }
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    if (faults.isRefusing) {
      resetSocket(client)
      return
    }
    const hub = connect({ port: targetPort, host, noDelay: true })
    join(client, hub)
    join(hub, client)
    client.pipe(createWire(faults)).pipe(hub).pipe(createWire(faults)).pipe(client)
  })
  server.listen(0, host)
  await once(server, 'listening')

  return {
    // A listening server of TCP has an address that is no pipe's name.
    port: (server.address() as AddressInfo).port,
    drop,
    refuse(isRefusing) {
      faults.isRefusing = isRefusing
    },
    delay(milliseconds) {
      faults.delayMs = milliseconds
    },
    swallow(isSwallowing) {
      faults.isSwallowing = isSwallowing
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      drop()
      await closed
    },
  }

  function drop(): void {
    for (const socket of sockets) resetSocket(socket)
  }

  function join(socket: Socket, other: Socket): void {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
  }
}

function createWire(faults: { readonly isSwallowing: boolean; readonly delayMs: number }): Transform {
  const timers = new Set<NodeJS.Timeout>()
  return new Transform({
    transform(chunk, _encoding, done) {
      if (faults.isSwallowing) done()
      else if (faults.delayMs === 0) done(null, chunk)
      else {
        const timer = setTimeout(() => {
          timers.delete(timer)
          done(null, chunk)
        }, faults.delayMs)
        timers.add(timer)
      }
    },
    destroy(error, done) {
      for (const timer of timers) clearTimeout(timer)
      done(error)
    },
  })
}
