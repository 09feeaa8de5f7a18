import type { Context, HonoRequest, MiddlewareHandler, Next } from 'hono'
import { DomainError } from '../../errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { respondWithProblem } from '../problem.ts'

export const MAX_BODY_OCTETS = 1_048_576
/** Ten thousand devices with their certificates. */
export const MAX_IMPORT_OCTETS = 33_554_432

const TEXT = new TextDecoder()
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE'])

/** Reads each body whole before it is judged, and no body past the limit, which is asked for each. */
export function requestBody(limit: () => number = () => MAX_BODY_OCTETS): MiddlewareHandler<ApiEnv> {
  return function bufferBody(c, next) {
    return BODILESS.has(c.req.method) ? next() : answerWithBody(c, next, limit())
  }
}

async function answerWithBody(c: Context<ApiEnv>, next: Next, maxOctets: number): ReturnType<MiddlewareHandler> {
  const body = await readBody(c.req.raw, maxOctets)
  if (!body) return respondWithProblem(c, 'body_too_large', `A body has at most ${maxOctets} octets`)
  c.set('body', body)
  if (body.length > 0) keepBody(c.req, body)
  else c.req.raw = withoutBody(c.req.raw)
  return await next()
}

/** The whole body; nothing when it is longer than the limit, declared or chunked. */
export async function readBody(
  request: Request,
  maxOctets = MAX_BODY_OCTETS,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (declared > maxOctets) return undefined
  try {
    // What is declared is what comes: the HTTP parser sees to that, and reading it at once is the short way.
    return declared >= 0 ? new Uint8Array(await request.arrayBuffer()) : await readStream(request.body, maxOctets)
  } catch (cause) {
    throw new DomainError('bad_request', 'The connection ended before the body did', { cause })
  }
}

async function readStream(stream: Request['body'], maxOctets: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let octets = 0
  // Cancelling would destroy the connection that the answer goes to.
  for await (const chunk of stream?.values({ preventCancel: true }) ?? []) {
    octets += chunk.byteLength
    if (octets > maxOctets) return undefined
    chunks.push(chunk)
  }
  // A copy that stands alone: short ones of Buffer share their memory with others.
  return new Uint8Array(Buffer.concat(chunks))
}

/** For the validators: another Request around what was read costs more than all that they do. */
function keepBody(request: HonoRequest, body: Uint8Array<ArrayBuffer>): void {
  // As the methods of a Request answer, and the types of the library do not say: by promises.
  const answers = { arrayBuffer: Promise.resolve(body.buffer), text: Promise.resolve(TEXT.decode(body)) }
  Object.assign(request.bodyCache, answers)
}

function withoutBody({ url, method, headers, signal }: Request): Request {
  // A client may declare the type of a body it does not send; the validators would look for that body.
  const bodiless = new Headers(headers)
  bodiless.delete('content-type')
  return new Request(url, { method, headers: bodiless, signal })
}
