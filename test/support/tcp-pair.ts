import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Both ends of a TCP connection on loopback. */
export interface TcpPair extends AsyncDisposable {
  readonly client: Socket
  readonly accepted: Socket
}

export async function openTcpPair(): Promise<TcpPair> {
  const server = createServer({ pauseOnConnect: false })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  const client = connect(address.port, '127.0.0.1')
  const [accepted]: Socket[] = await once(server, 'connection')
  if (!accepted) throw new Error('no connection')
  client.on('error', () => undefined)
  return {
    client,
    accepted,
    async [Symbol.asyncDispose]() {
      client.destroy()
      accepted.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
