import { request } from 'node:https'
import { buffer } from 'node:stream/consumers'
import type { TestHub } from './test-hub.ts'

export interface ReceivedFile {
  readonly status: number
  readonly type: string | undefined
  readonly cacheControl: string | undefined
  /** Under which a browser would save it. */
  readonly name: string | undefined
  readonly octets: Buffer
}

/** Asks for a file, as administrator unless null is given for the token. */
export async function postForFile(
  { hub, ca, adminToken }: TestHub,
  path: string,
  body: object,
  token: string | null = adminToken,
): Promise<ReceivedFile> {
  const headers = {
    'content-type': 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  }
  return new Promise((resolve, reject) => {
    const options = { host: 'localhost', port: hub.apiPort, ca, method: 'POST', path, agent: false, headers }
    const outgoing = request(options, async (incoming) => {
      const {
        'content-type': type,
        'cache-control': cacheControl,
        'content-disposition': disposition,
      } = incoming.headers
      const [, name] = /filename="([^"]+)"/.exec(disposition ?? '') ?? []
      resolve({ status: incoming.statusCode ?? 0, type, cacheControl, name, octets: await buffer(incoming) })
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(body))
  })
}
