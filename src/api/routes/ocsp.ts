import { createHash } from 'node:crypto'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { OcspAnswer } from '../../ca/ocsp-responder.ts'
import type { Clock } from '../../clock.ts'
import type { ApiEnv } from '../api-env.ts'
import { PUBLIC } from '../operation.ts'
import type { AnswerOcsp } from '../ports.ts'
import { readBody } from '../request/request-body.ts'
import { isUnchanged } from '../request/unchanged.ts'

/** A hundred certificates in one request. */
const MAX_OCTETS = 16_384
// A revocation is to be seen long before nextUpdate.
const MAX_AGE_SECONDS = 300
// RFC 6960 §C.2
const TYPE = 'application/ocsp-response'
const PATH = '/pki/ocsp'

const tags = ['public key infrastructure']
const binary = { schema: z.string().openapi({ format: 'binary' }) }
const response = {
  description: 'OCSPResponse, DER; what is wrong with the request stands in its responseStatus',
  content: { 'application/ocsp-response': binary },
}

const ask = createRoute({
  method: 'post',
  path: PATH,
  tags,
  ...PUBLIC,
  summary: 'Whether certificates of the certificate authority are revoked (OCSP, RFC 6960)',
  request: { body: { description: 'OCSPRequest, DER', content: { 'application/ocsp-request': binary } } },
  responses: { 200: response },
})

const askByPath = createRoute({
  method: 'get',
  path: `${PATH}/{request}`,
  tags,
  ...PUBLIC,
  summary: 'The same, of an OCSPRequest that stands in the path (RFC 5019)',
  request: { params: z.object({ request: z.string().openapi({ description: 'DER in base64, then URL-encoded' }) }) },
  responses: { 200: response, 304: { description: 'Not changed since what If-None-Match names' } },
})

export function ocspRoutes(answerOcsp: AnswerOcsp, clock: Clock) {
  const routes = new OpenAPIHono<ApiEnv>()
  routes.openAPIRegistry.registerPath(askByPath)
  return (
    routes
      .openapi(ask, async (c) => {
        const body = await readBody(c.req.raw, MAX_OCTETS)
        return respond(c, await answerOcsp(body ?? NOTHING), clock())
      })
      // Base64 has slashes, and not every client encodes them.
      .get(`${PATH}/:request{.+}`, async (c) => respond(c, await answerOcsp(readPath(c.req.url)), clock()))
  )
}

// Which is no request.
const NOTHING = new Uint8Array()
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** RFC 6960 §A.1: base64 of the request, URL-encoded. */
function readPath(url: string): Uint8Array {
  const { pathname } = new URL(url)
  const text = decode(pathname.slice(PATH.length + 1))
  return BASE64.test(text) ? Buffer.from(text, 'base64') : NOTHING
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function respond(c: Context<ApiEnv>, { body, life }: OcspAnswer, now: Date) {
  const type = { 'content-type': TYPE, 'content-length': String(body.byteLength) }
  if (!life) return c.body(body, 200, { ...type, 'cache-control': 'no-store' })
  const { madeAt, nextUpdate } = life
  const seconds = Math.floor((nextUpdate.getTime() - now.getTime()) / 1000)
  const tag = `"${createHash('sha256').update(body).digest('hex')}"`
  const headers = {
    // RFC 5019 §6.2
    'cache-control': `public, max-age=${Math.max(0, Math.min(seconds, MAX_AGE_SECONDS))}, no-transform, must-revalidate`,
    etag: tag,
    'last-modified': madeAt.toUTCString(),
    expires: nextUpdate.toUTCString(),
  }
  if (c.req.method !== 'POST' && isUnchanged(c, tag, madeAt)) return c.body(null, 304, headers)
  return c.body(body, 200, { ...headers, ...type })
}
