import type { IncomingMessage, RequestOptions } from 'node:http'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { CommandFailed } from '../command-failed.ts'
import { describeUnreachable, type HubAddress } from './hub-address.ts'
import { describeRefusal } from './hub-refusal.ts'

// Not by import: that reads all that a module of Node's exports, and one thing of node:http loads a whole client of fetch.
const { request: requestHttp } = process.getBuiltinModule('node:http')
const { request: requestHttps } = process.getBuiltinModule('node:https')

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The API of a hub; its answers have the shapes of the API's contract. */
export interface HubClient {
  /** `patience`: milliseconds in which nothing may come, for an answer that takes longer than others. */
  call<Answer>(method: Method, path: string, body?: object, patience?: number): Promise<Answer>
  /** Every item of a list, page after page. */
  list<Item>(path: string): Promise<readonly Item[]>
  readText(path: string): Promise<string>
  /** What a POST makes that is no JSON, or a GET gives where there is no body. */
  download(path: string, body?: object): Promise<Buffer>
  /** The same as it comes, however large; one that is cut short throws while it is read. */
  downloadPieces(path: string, body?: object): Promise<AsyncIterable<Buffer>>
  /** The lines of an answer, one by one, that comes while the table is sent. */
  exchangeLines<Line>(path: string, table: Table): AsyncIterable<Line>
  /** An answer without an end, as it comes, until the signal; of events, those behind the one that is named. */
  readStream(path: string, signal: AbortSignal, lastEventId?: string): AsyncGenerator<string>
}

export interface Table {
  readonly type: 'text/csv' | 'application/x-ndjson'
  readonly octets: AsyncIterable<Uint8Array>
}

export type OnWarning = (warning: string) => void

const PAGE_SIZE = 500
export const PATIENCE_MILLISECONDS = 60_000
// Its first octet comes when the databases are copied, which takes the time that the disk takes.
const DOWNLOAD_PATIENCE_MILLISECONDS = 3_600_000

/** `onWarning` is told what the hub says beside its answers. */
export function createHubClient(address: HubAddress, onWarning: OnWarning): HubClient {
  const exchange = createExchange(address, onWarning)
  const send = async (method: Method, path: string, body?: object, patience?: number): Promise<string> =>
    read(text(await exchange(method, path, body && jsonPayload(body), patience)))
  const read = <Content>(content: Promise<Content>): Promise<Content> =>
    content.catch((error: unknown) => Promise.reject(describeUnreachable(address, error)))
  const client: HubClient = {
    async call<Answer>(method: Method, path: string, body?: object, patience?: number): Promise<Answer> {
      const answer = await send(method, path, body, patience)
      // The one place where the API's contract stands in for a check: a hub that breaks it is a bug to see.
      return (answer === '' ? undefined : parseAnswer(answer, path)) as Answer
    },
    async list<Item>(path: string): Promise<readonly Item[]> {
      const items: Item[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page: HubPage<Item> = await client.call(
          'GET',
          `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE_SIZE}${next}`,
        )
        items.push(...page.items)
        cursor = page.nextCursor ?? undefined
      }
      return items
    },
    readText: (path) => send('GET', path),
    download: async (path, body) =>
      read(buffer(await exchange(body ? 'POST' : 'GET', path, body && jsonPayload(body)))),
    async downloadPieces(path, body) {
      const answer = exchange(body ? 'POST' : 'GET', path, body && jsonPayload(body), DOWNLOAD_PATIENCE_MILLISECONDS)
      return readWhole(await answer, address)
    },
    async *exchangeLines<Line>(path: string, { type, octets }: Table): AsyncGenerator<Line> {
      const response = await exchange('POST', path, { type, content: Readable.from(octets) })
      // The contract again.
      for await (const line of splitLines(response, address)) yield parseAnswer(line, path) as Line
    },
    async *readStream(path, signal, lastEventId) {
      const after = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
      const headers = { ...headersOf(address, undefined), accept: 'text/event-stream', ...after }
      const answer = await open(address, { method: 'GET', path, headers, signal }, undefined).catch(unlessStopped)
      if (!answer) return
      const { statusCode: status = 0, headers: answered } = answer
      if (status !== 200) throw describeRefusal(status, answered['content-type'], await text(answer))
      // The hub gives a sign of life every 15 seconds: a minute of silence is a connection that broke unseen.
      try {
        for await (const chunk of answer.setEncoding('utf8')) yield String(chunk)
      } catch (error) {
        if (!signal.aborted) throw describeUnreachable(address, error)
      }
      function unlessStopped(error: unknown): undefined {
        if (!signal.aborted) throw error
      }
    },
  }
  return client
}

/** An answer that ends before its end is none: the hub has stopped, or the network has. */
async function* readWhole(response: IncomingMessage, address: HubAddress): AsyncGenerator<Buffer> {
  try {
    yield* response
  } catch (error) {
    throw describeUnreachable(address, error)
  }
}

interface HubPage<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string | null
}

interface Payload {
  readonly type: string
  readonly content: string | Readable
}

function jsonPayload(body: object): Payload {
  return { type: 'application/json', content: JSON.stringify(body) }
}

/** Resolves to an answer that is no refusal, its body yet to be read. */
function createExchange(address: HubAddress, onWarning: OnWarning) {
  return async (
    method: Method,
    path: string,
    payload: Payload | undefined,
    patience?: number,
  ): Promise<IncomingMessage> => {
    const response = await open(address, { method, path, headers: headersOf(address, payload) }, payload, patience)
    const { statusCode: status = 0, headers } = response
    if (status < 200 || status >= 300) {
      const answer = await text(response).catch((error: unknown) => Promise.reject(describeUnreachable(address, error)))
      throw describeRefusal(status, headers['content-type'], answer)
    }
    for (const warning of readWarnings(headers.warning)) onWarning(warning)
    return response
  }
}

async function* splitLines(response: IncomingMessage, address: HubAddress): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const piece of response.setEncoding('utf8')) {
      const lines = `${rest}${piece}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    throw describeUnreachable(address, error)
  }
}

/** RFC 7234 §5.5: a code, who gives it, and the text in quotes; several in one line. */
function readWarnings(header = ''): readonly string[] {
  return [...header.matchAll(/\d{3} \S+ "([^"]*)"/g)].map(([, warning = '']) => warning)
}

function headersOf(address: HubAddress, payload: Payload | undefined): Record<string, string> {
  return {
    accept: 'application/json, text/plain;q=0.5, */*;q=0.1',
    'accept-language': 'en',
    ...(payload === undefined ? {} : { 'content-type': payload.type }),
    ...(address.token === undefined ? {} : { authorization: `Bearer ${address.token}` }),
  }
}

function open(
  address: HubAddress,
  options: RequestOptions,
  payload: Payload | undefined,
  patience = PATIENCE_MILLISECONDS,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = address.secure ? requestHttps : requestHttp
  // One call a connection: nothing stays open that would keep the process alive.
  const outgoing = request({ ...address.target, ...options, agent: false }, resolve)
  outgoing.setTimeout(patience, () => outgoing.destroy(new Error(`no answer within ${patience / 60_000} min`)))
  // What is sent may fail before the hub does.
  const describe = (error: unknown) => (error instanceof CommandFailed ? error : describeUnreachable(address, error))
  outgoing.on('error', (error) => reject(describe(error)))
  if (payload?.content instanceof Readable)
    payload.content.on('error', (error) => outgoing.destroy(error)).pipe(outgoing)
  else outgoing.end(payload?.content)
  return promise
}

function parseAnswer(answer: string, path: string): unknown {
  try {
    return JSON.parse(answer)
  } catch (cause) {
    throw new CommandFailed(`The answer to ${path} is not JSON: is this a Signet hub?`, { cause })
  }
}
