import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ServerCertificates } from '../../registry/server-certificates.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { messageIn } from '../language.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, json, jsonBody, NOT_FOUND } from '../operation.ts'
import type { RenewOwnCertificate } from '../ports.ts'
import { fingerprintSchema } from '../resources/identifier.ts'
import { revocationQuerySchema } from '../resources/revocation.ts'
import {
  ownCertificateSchema,
  serverIssuedSchema,
  serverIssueSchema,
  serverRevocationSchema,
  shapeOwnCertificate,
  shapeServerIssued,
} from '../resources/server-certificate.ts'

const tags = ['server certificates']

const issue = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Issue a certificate to another server, such as an EMQX',
  request: { body: jsonBody(serverIssueSchema) },
  responses: { 201: json(serverIssuedSchema, 'Key and certificate'), ...BAD_BODY, ...BAD_CALLER },
})

const renew = createRoute({
  method: 'post',
  path: '/renew',
  tags,
  summary: "Renew the hub's own server certificate now; connections stay",
  responses: { 200: json(ownCertificateSchema, 'What the next handshake shows'), ...BAD_CALLER },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{fingerprint}',
  tags,
  summary: 'Revoke a certificate of another server',
  request: { params: z.object({ fingerprint: fingerprintSchema }), query: revocationQuerySchema },
  responses: { 200: json(serverRevocationSchema, 'Revoked'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function serverCertificateRoutes(
  certificates: ServerCertificates,
  renewOwnCertificate: RenewOwnCertificate,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...issue, middleware: guard('administer') }, async (c) => {
      const { names, keyAlgorithm } = c.req.valid('json')
      return c.json(shapeServerIssued(await certificates.issue(names, keyAlgorithm)), 201)
    })
    .openapi({ ...renew, middleware: guard('administer') }, async (c) => {
      return c.json(shapeOwnCertificate(await renewOwnCertificate()), 200)
    })
    .openapi({ ...revoke, middleware: guard('administer') }, async (c) => {
      const { reason } = c.req.valid('query')
      const { fingerprint, revokedAt } = await certificates.revoke(c.req.valid('param').fingerprint, reason)
      const message = messageIn(c.req.header('accept-language'), 'certificate_revoked')
      return c.json({ message, fingerprint, revokedAt: revokedAt.toISOString() }, 200)
    })
}
