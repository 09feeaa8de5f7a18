import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestHub } from './test-hub.ts'

export interface Received {
  readonly body: string
  readonly headers: IncomingHttpHeaders
  readonly url: string | undefined
}

export interface WebhookTarget extends AsyncDisposable {
  readonly url: string
  /** Everything received so far. */
  readonly received: readonly Received[]
  /** With which it answers from now on. */
  status: number
  /** Resolves when so many have come. */
  waitFor(count: number): Promise<readonly Received[]>
}

/** A foreign server over TLS on this machine; its certificate is one that the hub has issued. */
export async function openWebhookTarget(hub: TestHub, port = 0): Promise<WebhookTarget> {
  const issued = (
    await hub.api('POST', '/api/server-certificates', { body: { names: ['localhost', '127.0.0.1'] } })
  ).json()
  const received: Received[] = []
  const server = createServer({ cert: issued.serverCert, key: issued.serverKey })
  server.on('request', async (request, response) => {
    received.push({ body: await text(request), headers: request.headers, url: request.url })
    response.writeHead(target.status).end()
    server.emit('received')
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const target: WebhookTarget = {
    url: `https://localhost:${(server.address() as AddressInfo).port}/hook-SECRET`,
    received,
    status: 200,
    async waitFor(count) {
      while (received.length < count) await once(server, 'received')
      return received
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
  return target
}
