import { once } from 'node:events'
import { createServer } from 'node:net'

/** Ports that were free a moment ago, for programs that take no port 0; another program may take one before they do. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  await using stack = new AsyncDisposableStack()
  const servers = Array.from({ length: count }, () => stack.use(createServer()))
  return await Promise.all(
    servers.map(async (server) => {
      server.listen(0)
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
}
