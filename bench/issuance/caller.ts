import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** One request of a run, by its number. */
export interface Ask {
  readonly path: string
  readonly body: object
}

/** Asks for many certificates over a few connections that are kept; rejects when one is not made. */
export async function askForMany(
  port: number,
  headers: Readonly<Record<string, string>>,
  count: number,
  ask: (index: number) => Ask,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const { path, body } = ask(next++)
      await post(agent, port, path, headers, JSON.stringify(body))
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  agent.destroy()
}

/** As many as there are threads that make keys. */
export const CONNECTIONS = 4

function post(
  agent: Agent,
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, path, method: 'POST' }
    const typed = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const outgoing = request({ ...options, headers: typed }, async (response) => {
      const answer = await text(response)
      if (answer.includes('BEGIN CERTIFICATE')) resolve()
      else reject(new Error(`${path}: ${response.statusCode} ${answer}`))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
