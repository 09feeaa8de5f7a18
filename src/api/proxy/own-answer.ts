import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createProblem, type ProblemRequest, problemHeaders } from '../problem.ts'
import { hasBody } from '../request/body-deadline.ts'
import { EVERY_ANSWER } from '../security-headers.ts'

/** The two ends of one request of a client. */
export interface ClientExchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Answers for the backend: a problem document, with the headers of our own answers. */
export function answerProblem(
  client: ClientExchange,
  request: ProblemRequest,
  headers: OutgoingHttpHeaders = {},
): void {
  const problem = createProblem(request)
  answer(client, problem.status, { ...problemHeaders(problem), ...headers }, JSON.stringify(problem))
}

export function answerRedirect(client: ClientExchange, status: 307 | 308, location: string): void {
  // RFC 9110 §15.4.9: a 308 may be kept, and a name like localhost is another machine's tomorrow
  answer(client, status, { location, ...(status === 307 ? { 'cache-control': 'no-store' } : {}) }, '')
}

function answer(
  { incoming, outgoing }: ClientExchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string,
): void {
  if (hasBody(incoming) && !incoming.complete) {
    outgoing.setHeader('connection', 'close')
    dropBody(incoming)
  }
  outgoing.writeHead(status, { ...EVERY_ANSWER, ...headers, 'content-length': Buffer.byteLength(body) })
  outgoing.end(body)
}

/** Reads on to no end: an answer is lost where the socket is closed over octets that nobody has read, RFC 9112 §9.6. */
export function dropBody(incoming: IncomingMessage): void {
  incoming.unpipe()
  incoming.resume()
}
