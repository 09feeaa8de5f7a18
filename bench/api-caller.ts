import { Agent, request } from 'node:https'
import type { ChildHub } from './child-hub.ts'

export type CallApi = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: string }>

/** Calls a hub's API as administrator, over so many connections that are kept. */
export function createApiCaller({ apiPort, ca, adminToken }: ChildHub, connections = 1): CallApi & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca })
  const call: CallApi = (method, path, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${adminToken}`,
        ...(payload ? { 'content-type': 'application/json' } : {}),
      }
      const outgoing = request({ agent, host: 'localhost', port: apiPort, method, path, headers }, async (incoming) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
      })
      outgoing.on('error', reject)
      outgoing.end(payload)
    })
  return Object.assign(call, { [Symbol.dispose]: () => agent.destroy() })
}
