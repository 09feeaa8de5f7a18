import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Certificates } from '../../registry/certificates.ts'
import type { Claims } from '../../registry/claims.ts'
import type { Logins } from '../../registry/logins.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { messageIn } from '../language.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, NOT_FOUND, optionalJsonBody } from '../operation.ts'
import type { BrokerAddress } from '../ports.ts'
import {
  certificateHistorySchema,
  certificateSchema,
  shapeCertificate,
  shapeHistory,
} from '../resources/certificate.ts'
import { deviceIdSchema } from '../resources/identifier.ts'
import {
  deviceIssuedSchema,
  deviceIssueSchema,
  idempotencyHeaderSchema,
  shapeIssued,
} from '../resources/issued-certificate.ts'
import { deviceRevocationSchema, revocationQuerySchema } from '../resources/revocation.ts'
import { warningOf } from '../warning.ts'

const params = z.object({ deviceId: deviceIdSchema })
const tags = ['certificates']

const issue = createRoute({
  method: 'post',
  path: '/{deviceId}',
  tags,
  summary: 'Issue a certificate to a device, which is created if it is unknown',
  request: { params, headers: idempotencyHeaderSchema, body: optionalJsonBody(deviceIssueSchema) },
  responses: {
    201: json(deviceIssuedSchema, 'Key and certificate'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...CONFLICT,
  },
})

const show = createRoute({
  method: 'get',
  path: '/{deviceId}',
  tags,
  summary: 'The newest certificate of a device',
  request: { params, query: z.object({ include: z.literal('detail').optional() }) },
  responses: {
    200: json(z.union([certificateSchema, certificateHistorySchema]), 'More with include=detail'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{deviceId}',
  tags,
  summary: 'Revoke every active certificate of a device and close its sessions',
  request: { params, query: revocationQuerySchema },
  responses: { 200: json(deviceRevocationSchema, 'Revoked'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function deviceCertificateRoutes(
  certificates: Pick<Certificates, 'issueToDevice' | 'latestOf' | 'listOf' | 'isValid' | 'revokeDevice'>,
  logins: Pick<Logins, 'thatLetIn'>,
  claims: Pick<Claims, 'thatLetIn'>,
  broker: BrokerAddress,
  guard: Guard,
) {
  const assess = (certificate: ReturnType<Certificates['latestOf']>) => ({
    certificate,
    isValid: certificates.isValid(certificate),
  })
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...issue, middleware: guard('operate') }, async (c) => {
      const { deviceId } = c.req.valid('param')
      const wishes = exact(c.req.valid('json'))
      const idempotencyKey = c.req.valid('header')['idempotency-key']
      const issued = await certificates.issueToDevice({ deviceId, ...wishes, ...exact({ idempotencyKey }) })
      return c.json({ deviceId: issued.certificate.subjectId, ...shapeIssued(issued, broker) }, 201)
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      const { deviceId } = c.req.valid('param')
      const latest = assess(certificates.latestOf(deviceId))
      if (c.req.valid('query').include === undefined) return c.json(shapeCertificate(latest), 200)
      return c.json(shapeHistory(latest, certificates.listOf(deviceId).map(assess)), 200)
    })
    .openapi({ ...revoke, middleware: guard('operate') }, async (c) => {
      const { deviceId, revokedAt } = await certificates.revokeDevice(
        c.req.valid('param').deviceId,
        c.req.valid('query').reason,
      )
      for (const login of [...logins.thatLetIn('device', deviceId), ...claims.thatLetIn(deviceId)]) {
        c.header('warning', warningOf(`${login} still lets device ${deviceId} in`), { append: true })
      }
      const message = messageIn(c.req.header('accept-language'), 'certificate_revoked')
      return c.json({ message, deviceId, revokedAt: revokedAt.toISOString() }, 200)
    })
}
