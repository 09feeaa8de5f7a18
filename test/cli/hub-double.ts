import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status?: number
  readonly type?: string
  readonly warning?: string
  readonly body?: unknown
}

/** Answers by `METHOD /path?query`; a function sees the body. */
export type Answers = Readonly<Record<string, Answer | ((body: unknown) => Answer)>>

export interface HubDouble extends AsyncDisposable {
  /** What was asked, in order, with the bodies. */
  readonly requests: readonly {
    readonly call: string
    readonly body: unknown
    readonly authorization: string | undefined
  }[]
  readonly port: number
}

/** A foreign server that speaks a hub's API from a script, on `data/hub.sock` of the folder or on a port of this machine. */
export async function openHubDouble(answers: Answers, place: { readonly folder?: string }): Promise<HubDouble> {
  const requests: HubDouble['requests'][number][] = []
  const server = createServer(async (request, response) => {
    const call = `${request.method} ${request.url}`
    const sent = await text(request)
    const body: unknown = sent === '' ? undefined : JSON.parse(sent)
    requests.push({ call, body, authorization: request.headers.authorization })
    const found = answers[call]
    const { status = 200, ...answer } = (typeof found === 'function' ? found(body) : found) ?? problem(404, 'not_found')
    const warning = answer.warning === undefined ? {} : { warning: answer.warning }
    response.writeHead(status, { 'content-type': answer.type ?? 'application/json', ...warning })
    response.end(
      typeof answer.body === 'string' || answer.body === undefined ? answer.body : JSON.stringify(answer.body),
    )
  })
  if (place.folder === undefined) server.listen(0, '127.0.0.1')
  else {
    await mkdir(join(place.folder, 'data'), { recursive: true })
    server.listen(join(place.folder, 'data', 'hub.sock'))
  }
  await once(server, 'listening')
  const address = server.address()
  return {
    requests,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** RFC 9457. */
export function problem(status: number, code: string, more: object = {}): Answer {
  const body = { type: `urn:signet:problem:${code}`, title: 'No', status, detail: `It is ${code}`, code, ...more }
  return { status, type: 'application/problem+json', body }
}
