import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import type { EmqxClient, EmqxClients } from '../registry/emqx-ports.ts'

export interface EmqxManagementOptions {
  readonly url: string
  readonly key: string
  readonly secret: string
  /** PEM: what the certificate of an `https` URL may lead to. */
  readonly trusted: readonly string[]
  readonly timeoutMs?: number
}

// EMQX takes 10,000 at most.
const PAGE = 1_000
const MOST_PAGES = 100
const CONNECTIONS = 8

const pageSchema = z.object({
  data: z.array(
    z.object({
      clientid: z.string(),
      connected: z.boolean().optional(),
      connected_at: z.string().optional(),
    }),
  ),
  meta: z.object({ hasnext: z.boolean().optional(), count: z.int().optional() }),
})

/** EMQX 5's REST API, with an API key (HTTP Basic). Dispose it to end what is under way. */
export function createEmqxManagement(options: EmqxManagementOptions): EmqxClients & Disposable {
  const { key, secret, trusted, timeoutMs = 5_000 } = options
  const url = new URL(options.url)
  const isSecure = url.protocol === 'https:'
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: true, maxSockets: CONNECTIONS, ca: [...trusted] })
    : new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS })
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`

  return {
    listLike: (part) => list({ like_clientid: part }),
    listOfUsername: (username) => list({ username }),
    async disconnect(clientId) {
      const answer = await call('DELETE', `/api/v5/clients/${encodeURIComponent(clientId)}`)
      answer.resume()
      if (answer.statusCode !== 204 && answer.statusCode !== 200 && answer.statusCode !== 404) throw refusal(answer)
    },
    [Symbol.dispose]: () => agent.destroy(),
  }

  async function list(wanted: Readonly<Record<string, string>>): Promise<readonly EmqxClient[]> {
    const clients: EmqxClient[] = []
    for (let page = 1; page <= MOST_PAGES; page++) {
      const query = new URLSearchParams({ ...wanted, page: String(page), limit: String(PAGE) })
      const answer = await call('GET', `/api/v5/clients?${query}`)
      if (answer.statusCode !== 200) throw refusal(answer)
      const { data, meta } = pageSchema.parse(await readJson(answer))
      clients.push(...data.map(readClient))
      // Before 5.1 there is no "hasnext", but the count of all.
      if (!(meta.hasnext ?? (meta.count ?? 0) > page * PAGE)) break
    }
    return clients
  }

  function call(method: string, path: string): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const request = (isSecure ? requestHttps : requestHttp)(new URL(path, url), {
      method,
      agent,
      timeout: timeoutMs,
      headers: { authorization, accept: 'application/json' },
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.on('timeout', () => request.destroy(new Error(`EMQX did not answer ${method} ${path} in ${timeoutMs} ms`)))
    request.end()
    return promise
  }
}

function readClient({ clientid, connected, connected_at }: z.output<typeof pageSchema>['data'][number]): EmqxClient {
  const at = connected_at === undefined ? Number.NaN : Date.parse(connected_at)
  return {
    clientId: clientid,
    isConnected: connected ?? true,
    connectedAt: Number.isNaN(at) ? undefined : new Date(at),
  }
}

function refusal(answer: IncomingMessage): Error {
  answer.resume()
  const advice = answer.statusCode === 401 ? ': check emqx.api_key and emqx.api_secret' : ''
  return new Error(`EMQX answered ${answer.statusCode}${advice}`)
}
