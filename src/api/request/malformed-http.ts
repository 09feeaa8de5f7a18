import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Refusal } from '../../refusal.ts'
import { createProblem, type Problem, type ProblemRequest, problemHeaders } from '../problem.ts'

// MQTT 3.1.1 §3.1.1: the first byte of a CONNECT
const CONNECT = 0x10

/** What the bytes are that are no HTTP; undefined for a request that came too late, or whose connection broke. */
export function explainMalformedHttp(
  error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer },
): Pick<Refusal, 'cause' | 'presented'> | undefined {
  if (!error.code?.startsWith('HPE_')) return undefined
  const presented = { error: error.code }
  return { cause: error.rawPacket?.[0] === CONNECT ? 'mqtt_on_https_port' : 'http_invalid', presented }
}

/** Answers bytes that are no HTTP request on the bare socket, unless it is gone or in the middle of another answer. */
export function refuseMalformedHttp(error: NodeJS.ErrnoException, socket: Duplex, hasAnswerBegun: boolean): void {
  if (hasAnswerBegun || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  socket.end(formatAnswer(createProblem({ ...problemOf(error), requestId: randomUUID() })), () => socket.destroy())
}

function problemOf({ code }: NodeJS.ErrnoException): Pick<ProblemRequest, 'code' | 'detail'> {
  // RFC 9110 §15.5.9: a browser opens connections before it needs them, and asks anew on another when it reads this on one.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { code: 'request_timeout', detail: 'The request did not arrive in time' }
  const isTooLarge = code === 'HPE_HEADER_OVERFLOW'
  const detail = isTooLarge ? 'The headers of the request are too large' : 'This is not a valid HTTP/1.1 request'
  return { code: 'bad_request', detail }
}

function formatAnswer(problem: Problem): string {
  const body = JSON.stringify(problem)
  return [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    ...Object.entries(problemHeaders(problem)).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
