import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'

export interface EmqxDoubleClient {
  readonly clientid: string
  readonly username?: string
  readonly connected?: boolean
  readonly connected_at?: string
}

export interface EmqxDouble extends AsyncDisposable {
  readonly url: string
  /** Who is there now, by client id. */
  readonly clients: Map<string, EmqxDoubleClient>
  /** What was asked, in order: `GET /api/v5/clients?...`. */
  readonly calls: readonly string[]
  /** The next ones are answered with this status, or not at all. */
  readonly failures: (number | 'silence' | 'nonsense')[]
  /** Resolves when that client is gone. */
  gone(clientId: string): Promise<void>
}

export const EMQX_KEY = { key: 'signet', secret: 'Ee3taYltUKtoBVD9' }

interface EmqxDoubleOptions {
  /** None: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Clients a page of it has at most. */
  readonly page?: number
  /** As before 5.1, a page tells the count of all. */
  readonly tellsCount?: boolean
}

/** A foreign server that answers what EMQX's REST API documents of `/clients`. */
export async function openEmqxDouble({ tls, page = 10_000, tellsCount = false }: EmqxDoubleOptions = {}) {
  const clients = new Map<string, EmqxDoubleClient>()
  const calls: string[] = []
  const failures: EmqxDouble['failures'] = []
  const waiting = new Map<string, () => void>()

  const answer: RequestListener = (request, response) => {
    calls.push(`${request.method} ${request.url}`)
    const failure = failures.shift()
    if (failure === 'silence') return
    if (failure === 'nonsense') return void response.end('<html>')
    if (failure !== undefined) return void response.writeHead(failure).end('{"code":"NO"}')
    const { key, secret } = EMQX_KEY
    if (request.headers.authorization !== `Basic ${btoa(`${key}:${secret}`)}`) return void response.writeHead(401).end()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://emqx')
    if (request.method === 'DELETE') {
      const clientId = decodeURIComponent(pathname.replace('/api/v5/clients/', ''))
      const found = clients.delete(clientId)
      waiting.get(clientId)?.()
      return void response.writeHead(found ? 204 : 404).end()
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(list(searchParams)))
  }

  function list(query: URLSearchParams) {
    const [like, username] = [query.get('like_clientid'), query.get('username')]
    const found = [...clients.values()].filter(
      (client) =>
        (like === null || client.clientid.includes(like)) && (username === null || client.username === username),
    )
    const [limit, number] = [Math.min(Number(query.get('limit')), page), Number(query.get('page'))]
    const data = found.slice((number - 1) * limit, number * limit)
    const meta = tellsCount ? { count: found.length } : { hasnext: number * limit < found.length }
    return { data, meta: { page: number, limit, ...meta } }
  }

  const server = tls ? createHttpsServer(tls, answer) : createHttpServer(answer)
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    clients,
    calls,
    failures,
    gone: (clientId) => new Promise((resolve) => (clients.has(clientId) ? waiting.set(clientId, resolve) : resolve())),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  } satisfies EmqxDouble
}
