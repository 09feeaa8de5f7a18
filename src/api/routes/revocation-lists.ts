import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { PublishedLists } from '../../registry/revocation-lists.ts'
import type { ApiEnv } from '../api-env.ts'
import { NOT_FOUND, PUBLIC } from '../operation.ts'
import type { PublishedRevocations } from '../ports.ts'
import { isUnchanged } from '../request/unchanged.ts'

// RFC 2585 §4.2
const DER_TYPE = 'application/pkix-crl'
const PEM_TYPE = 'application/x-pem-file'
// A revocation is to be seen long before nextUpdate.
const MAX_AGE_SECONDS = 3600

const tags = ['public key infrastructure']
const NOT_MODIFIED = { 304: { description: 'Not changed since what If-None-Match or If-Modified-Since names' } }
const der = {
  200: {
    description: 'DER',
    content: { 'application/pkix-crl': { schema: z.string().openapi({ format: 'binary' }) } },
  },
  ...NOT_MODIFIED,
}
const pem = {
  200: { description: 'PEM', content: { 'application/x-pem-file': { schema: z.string() } } },
  ...NOT_MODIFIED,
}

const showDer = createRoute({
  method: 'get',
  path: '/pki/ca.crl',
  tags,
  ...PUBLIC,
  summary: 'What was revoked, as a CRL for every certificate of the certificate authority, DER',
  responses: der,
})

const showPem = createRoute({
  method: 'get',
  path: '/pki/ca.crl.pem',
  tags,
  ...PUBLIC,
  summary: 'The same, PEM',
  responses: pem,
})

const showDistributionPoint = createRoute({
  method: 'get',
  path: '/pki/dp.crl',
  tags,
  ...PUBLIC,
  summary: 'The same entries, as the CRL that certificates name (RFC 5280 issuingDistributionPoint), DER',
  responses: der,
})

const showOfAuthority = createRoute({
  method: 'get',
  path: '/pki/authorities/{id}/{list}',
  tags,
  ...PUBLIC,
  summary:
    'The lists of one CA of the hub, by the first 16 digits of its fingerprint: for every certificate, or as its certificates name it',
  request: { params: z.object({ id: z.string(), list: z.enum(['ca.crl', 'ca.crl.pem', 'dp.crl']) }) },
  responses: {
    200: {
      description: 'DER, or PEM',
      content: { ...der[200].content, ...pem[200].content },
    },
    ...NOT_MODIFIED,
    ...NOT_FOUND,
  },
})

export function revocationListRoutes(published: PublishedRevocations, clock: Clock) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(showDer, async (c) => {
      const lists = await published.current()
      return answer(c, lists, { body: lists.complete, type: DER_TYPE, now: clock() })
    })
    .openapi(showPem, async (c) => {
      const lists = await published.current()
      return answer(c, lists, { body: lists.completePem, type: PEM_TYPE, now: clock() })
    })
    .openapi(showDistributionPoint, async (c) => {
      const lists = await published.named()
      return answer(c, lists, { body: lists.forDistributionPoints, type: DER_TYPE, now: clock() })
    })
    .openapi(showOfAuthority, async (c) => {
      const { id, list } = c.req.valid('param')
      const lists = await published.find(id)
      if (!lists)
        throw new DomainError('authority_not_found', `The hub never had a CA whose fingerprint begins with ${id}`)
      return answer(c, lists, { ...FORMS[list](lists), now: clock() })
    })
}

const FORMS = {
  'ca.crl': ({ complete: body }: PublishedLists) => ({ body, type: DER_TYPE }),
  'ca.crl.pem': ({ completePem: body }: PublishedLists) => ({ body, type: PEM_TYPE }),
  'dp.crl': ({ forDistributionPoints: body }: PublishedLists) => ({ body, type: DER_TYPE }),
} as const

interface Answered {
  readonly body: Buffer<ArrayBuffer>
  readonly type: string
  readonly now: Date
}

/** The list, and how long it may be kept; without its body where the caller has it already. */
function answer(c: Context<ApiEnv>, { number, madeAt, nextUpdate }: PublishedLists, { body, type, now }: Answered) {
  const seconds = Math.floor((nextUpdate.getTime() - now.getTime()) / 1000)
  const tag = `"${number}"`
  const headers = {
    'cache-control': `public, max-age=${Math.max(0, Math.min(seconds, MAX_AGE_SECONDS))}`,
    etag: tag,
    'last-modified': madeAt.toUTCString(),
    expires: nextUpdate.toUTCString(),
  }
  if (isUnchanged(c, tag, madeAt)) return c.body(null, 304, headers)
  // HEAD has no body that it could be counted from.
  return c.body(body, 200, { ...headers, 'content-type': type, 'content-length': String(body.byteLength) })
}
