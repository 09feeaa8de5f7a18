import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AdministratorCertificate, AdministratorCertificates } from '../../registry/administrator-certificates.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { messageIn } from '../language.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import type { TrustAnchor } from '../ports.ts'
import {
  administratorCertificateSchema,
  administratorIssuedSchema,
  administratorIssueSchema,
  administratorRevocationSchema,
  shapeAdministratorCertificate,
  shapeAdministratorIssued,
} from '../resources/administrator-certificate.ts'
import { administratorNameSchema } from '../resources/identifier.ts'
import { idempotencyHeaderSchema } from '../resources/issued-certificate.ts'
import { revocationQuerySchema } from '../resources/revocation.ts'
import { warningOf } from '../warning.ts'

const tags = ['administrators']

const issue = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Issue a certificate that calls the API, for a new administrator or a known one',
  request: { headers: idempotencyHeaderSchema, body: jsonBody(administratorIssueSchema) },
  responses: { 201: json(administratorIssuedSchema, 'Key and certificate'), ...BAD_BODY, ...BAD_CALLER, ...CONFLICT },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the certificates of administrators',
  request: { query: pageQuerySchema },
  responses: {
    200: json(pageSchema(administratorCertificateSchema), 'In the order of names and fingerprints'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{name}',
  tags,
  summary: 'Revoke every active certificate of an administrator, from the next request on',
  request: { params: z.object({ name: administratorNameSchema }), query: revocationQuerySchema },
  responses: { 200: json(administratorRevocationSchema, 'Revoked'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function administratorCertificateRoutes(
  administrators: AdministratorCertificates,
  trust: TrustAnchor,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...issue, middleware: guard('administer') }, async (c) => {
      const idempotencyKey = c.req.valid('header')['idempotency-key']
      const issued = await administrators.issue({ ...exact(c.req.valid('json')), ...exact({ idempotencyKey }) })
      return c.json(shapeAdministratorIssued(issued, trust.caCertificatePem), 201)
    })
    .openapi({ ...list, middleware: guard('administer') }, (c) => {
      const page = pageOf(administrators.list(), keyOf, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeAdministratorCertificate), 200)
    })
    .openapi({ ...revoke, middleware: guard('administer') }, async (c) => {
      const { name } = c.req.valid('param')
      const revokedAt = await administrators.revoke(name, c.req.valid('query').reason)
      for (const login of administrators.thatLetIn(name)) {
        c.header('warning', warningOf(`${login} still lets administrator ${name} in`), { append: true })
      }
      const message = messageIn(c.req.header('accept-language'), 'certificate_revoked')
      return c.json({ message, name, revokedAt: revokedAt.toISOString() }, 200)
    })
}

function keyOf({ administrator, certificate }: AdministratorCertificate): string {
  return `${administrator.name} ${certificate.fingerprint}`
}
