import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Credentials, TestHub } from './test-hub.ts'

export interface Frame {
  readonly id?: string
  readonly event?: string
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the JSON; a type would repeat it
  readonly data?: any
}

export interface EventReader extends Disposable {
  readonly answer: IncomingMessage
  /** The next frame that is an event. */
  next(): Promise<Frame>
  /** Resolves when the stream has ended, however it did. */
  readonly ended: Promise<void>
}

export interface EventReaderOptions {
  /** Of another stream than that of events. */
  readonly path?: string
  readonly query?: string
  readonly token?: string
  readonly credentials?: Credentials
  /** In the place of a token. */
  readonly cookie?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Reads GET /api/events as a browser does. */
export async function readEvents(
  { hub, ca, adminToken }: Pick<TestHub, 'hub' | 'ca' | 'adminToken'>,
  { path = '/api/events', query = '', token = adminToken, credentials, cookie, headers = {} }: EventReaderOptions = {},
): Promise<EventReader> {
  const shown = cookie === undefined ? { authorization: `Bearer ${token}` } : { cookie }
  const authorization = credentials ? {} : shown
  const request = requestHttps({
    host: 'localhost',
    port: hub.apiPort,
    ca,
    path: `${path}${query}`,
    headers: { ...authorization, ...headers },
    agent: false,
    ...(credentials ? { cert: credentials.cert, key: credentials.key } : {}),
  }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  const ended = new Promise<void>((resolve) => answer.once('close', () => resolve()))
  answer.on('error', () => undefined)
  const frames = parseFrames(answer)
  return {
    answer,
    ended,
    async next() {
      const { value, done } = await frames.next()
      if (done) throw new Error('the stream has ended')
      return value
    },
    [Symbol.dispose]: () => void answer.destroy(),
  }
}

async function* parseFrames(answer: IncomingMessage): AsyncGenerator<Frame> {
  let rest = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    const parts = `${rest}${chunk}`.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const frame = parseFrame(part)
      if (frame.data !== undefined) yield frame
    }
  }
}

function parseFrame(text: string): Frame {
  const fields = text.split('\n').flatMap((line) => {
    const [, name = '', value = ''] = /^(id|event|data): (.*)$/.exec(line) ?? []
    return name === '' ? [] : [[name, name === 'data' ? JSON.parse(value) : value]]
  })
  return Object.fromEntries(fields)
}
