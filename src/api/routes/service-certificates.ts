import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Certificates } from '../../registry/certificates.ts'
import type { Logins } from '../../registry/logins.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { messageIn } from '../language.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, NOT_FOUND, optionalJsonBody } from '../operation.ts'
import type { BrokerAddress } from '../ports.ts'
import { serviceNameSchema } from '../resources/identifier.ts'
import {
  idempotencyHeaderSchema,
  serviceIssuedSchema,
  serviceIssueSchema,
  shapeIssued,
} from '../resources/issued-certificate.ts'
import { revocationQuerySchema, serviceRevocationSchema } from '../resources/revocation.ts'
import { warningOf } from '../warning.ts'

const params = z.object({ name: serviceNameSchema })
const tags = ['certificates']

const issue = createRoute({
  method: 'post',
  path: '/{name}/certificates',
  tags,
  summary: 'Issue a certificate to a service',
  request: { params, headers: idempotencyHeaderSchema, body: optionalJsonBody(serviceIssueSchema) },
  responses: {
    201: json(serviceIssuedSchema, 'Key and certificate'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...NOT_FOUND,
    ...CONFLICT,
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{name}/certificates',
  tags,
  summary: 'Revoke every active certificate of a service and close its sessions',
  request: { params, query: revocationQuerySchema },
  responses: { 200: json(serviceRevocationSchema, 'Revoked'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function serviceCertificateRoutes(
  certificates: Pick<Certificates, 'issueToService' | 'revokeService'>,
  logins: Pick<Logins, 'thatLetIn'>,
  broker: BrokerAddress,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...issue, middleware: guard('operate') }, async (c) => {
      const idempotencyKey = c.req.valid('header')['idempotency-key']
      const wishes = exact({ ...c.req.valid('json'), idempotencyKey })
      const issued = await certificates.issueToService(c.req.valid('param').name, wishes)
      return c.json({ name: issued.certificate.subjectId, ...shapeIssued(issued, broker) }, 201)
    })
    .openapi({ ...revoke, middleware: guard('operate') }, async (c) => {
      const { name } = c.req.valid('param')
      const { revokedAt } = await certificates.revokeService(name, c.req.valid('query').reason)
      for (const login of logins.thatLetIn('service', name)) {
        c.header('warning', warningOf(`${login} still lets service ${name} in`), { append: true })
      }
      const message = messageIn(c.req.header('accept-language'), 'certificate_revoked')
      return c.json({ message, name, revokedAt: revokedAt.toISOString() }, 200)
    })
}
