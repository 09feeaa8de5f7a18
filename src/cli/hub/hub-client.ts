import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { CommandFailed } from '../command-failed.ts'
import { describeUnreachable, type HubAddress } from './hub-address.ts'
import { describeRefusal } from './hub-refusal.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The API of a hub; its answers have the shapes of the API's contract. */
export interface HubClient {
  call<Answer>(method: Method, path: string, body?: object): Promise<Answer>
  /** Every item of a list, page after page. */
  list<Item>(path: string): Promise<readonly Item[]>
  readText(path: string): Promise<string>
  /** An answer as it comes; one that is cut short throws while it is read. */
  download(method: Method, path: string, body: object): Promise<AsyncIterable<Buffer>>
}

export type OnWarning = (warning: string) => void

const PAGE_SIZE = 500
const PATIENCE_MILLISECONDS = 60_000
// Its first octet comes when the databases are copied, which takes the time that the disk takes.
const DOWNLOAD_PATIENCE_MILLISECONDS = 3_600_000

/** `onWarning` is told what the hub says beside its answers. */
export function createHubClient(address: HubAddress, onWarning: OnWarning): HubClient {
  const send = createSender(address, onWarning)
  const client: HubClient = {
    async call<Answer>(method: Method, path: string, body?: object): Promise<Answer> {
      const answer = await send(method, path, body)
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
    async download(method, path, body) {
      const payload = JSON.stringify(body)
      const options = { method, path, headers: headersOf(address, payload) }
      const response = await open(address, options, payload, DOWNLOAD_PATIENCE_MILLISECONDS)
      const { statusCode: status = 0, headers } = response
      if (status !== 200) throw describeRefusal(status, headers['content-type'], await text(response))
      return readWhole(response, address)
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

function createSender(address: HubAddress, onWarning: OnWarning) {
  return async (method: Method, path: string, body?: object): Promise<string> => {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const response = await open(address, { method, path, headers: headersOf(address, payload) }, payload)
    const answer = await text(response).catch((error: unknown) => Promise.reject(describeUnreachable(address, error)))
    const { statusCode: status = 0, headers } = response
    if (status < 200 || status >= 300) throw describeRefusal(status, headers['content-type'], answer)
    for (const warning of readWarnings(headers.warning)) onWarning(warning)
    return answer
  }
}

/** RFC 7234 §5.5: a code, who gives it, and the text in quotes; several in one line. */
function readWarnings(header = ''): readonly string[] {
  return [...header.matchAll(/\d{3} \S+ "([^"]*)"/g)].map(([, warning = '']) => warning)
}

function headersOf(address: HubAddress, payload: string | undefined): Record<string, string> {
  return {
    accept: 'application/json, text/plain;q=0.5, */*;q=0.1',
    'accept-language': 'en',
    ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    ...(address.token === undefined ? {} : { authorization: `Bearer ${address.token}` }),
  }
}

function open(
  address: HubAddress,
  options: RequestOptions,
  payload: string | undefined,
  patience = PATIENCE_MILLISECONDS,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = address.secure ? requestHttps : requestHttp
  // One call a connection: nothing stays open that would keep the process alive.
  const outgoing = request({ ...address.target, ...options, agent: false }, resolve)
  outgoing.setTimeout(patience, () => outgoing.destroy(new Error(`no answer within ${patience / 60_000} min`)))
  outgoing.on('error', (error) => reject(describeUnreachable(address, error)))
  outgoing.end(payload)
  return promise
}

function parseAnswer(answer: string, path: string): unknown {
  try {
    return JSON.parse(answer)
  } catch (cause) {
    throw new CommandFailed(`The answer to ${path} is not JSON: is this a Signet hub?`, { cause })
  }
}
