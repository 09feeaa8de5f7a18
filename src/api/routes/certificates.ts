import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Approvals } from '../../registry/approvals.ts'
import type { Certificates } from '../../registry/certificates.ts'
import type { Holds } from '../../registry/holds.ts'
import { type Guard, isAdministrator } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, NOT_FOUND, optionalJsonBody } from '../operation.ts'
import { pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import {
  certificateQuerySchema,
  certificateSchema,
  listedCertificateSchema,
  shapeCertificate,
  shapeListed,
} from '../resources/certificate.ts'
import { fingerprintSchema, userIdSchema } from '../resources/identifier.ts'

const params = z.object({ fingerprint: fingerprintSchema })
const tags = ['certificates']

const approvalSchema = z.strictObject({ userId: userIdSchema.optional() }).openapi('CertificateApproval')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the certificates that were issued or registered',
  request: { query: certificateQuerySchema },
  responses: {
    200: json(pageSchema(listedCertificateSchema), 'In order of their fingerprints'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
  },
})

const approve = createRoute({
  method: 'post',
  path: '/{fingerprint}/approve',
  tags,
  summary: 'Let in a certificate that waits for approval, as a device, which is created if it is unknown',
  request: { params, body: optionalJsonBody(approvalSchema) },
  responses: {
    200: json(certificateSchema, 'The certificate'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...NOT_FOUND,
    ...CONFLICT,
  },
})

const reject = createRoute({
  method: 'post',
  path: '/{fingerprint}/reject',
  tags,
  summary: 'Revoke a certificate that waits for approval',
  request: { params },
  responses: {
    200: json(certificateSchema, 'The certificate'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
    ...CONFLICT,
  },
})

const hold = createRoute({
  method: 'post',
  path: '/{fingerprint}/hold',
  tags,
  summary: 'Revoke a certificate for the time being, and close its sessions (RFC 5280 certificateHold)',
  request: { params },
  responses: {
    200: json(listedCertificateSchema, 'The certificate'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
    ...CONFLICT,
  },
})

const unhold = createRoute({
  method: 'post',
  path: '/{fingerprint}/unhold',
  tags,
  summary: 'End the hold of a certificate, which lets its holder in again',
  request: { params },
  responses: {
    200: json(listedCertificateSchema, 'The certificate'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
    ...CONFLICT,
  },
})

export function certificateRoutes(
  certificates: Pick<Certificates, 'list' | 'isValid'>,
  approvals: Approvals,
  holds: Holds,
  guard: Guard,
) {
  const shape = (certificate: ReturnType<Approvals['approve']>) =>
    shapeCertificate({ certificate, isValid: certificates.isValid(certificate) })
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, async (c) => {
      const { limit, cursor, deviceId: subjectId, latest, ...filter } = c.req.valid('query')
      const query = exact({ subjectId, ...filter, isLatest: latest === 'true' || undefined })
      const page = await certificates.list({ ...query, ...readPageRequest({ limit, cursor }) })
      return c.json(shapePage(page, shapeListed), 200)
    })
    .openapi({ ...approve, middleware: guard('operate') }, (c) => {
      const { userId } = c.req.valid('json')
      return c.json(shape(approvals.approve(c.req.valid('param').fingerprint, userId)), 200)
    })
    .openapi({ ...reject, middleware: guard('operate') }, async (c) => {
      return c.json(shape(await approvals.reject(c.req.valid('param').fingerprint)), 200)
    })
    .openapi({ ...hold, middleware: guard('operate') }, async (c) => {
      const { fingerprint } = c.req.valid('param')
      return c.json(shapeListed(await holds.hold(fingerprint, isAdministrator(c.var.caller))), 200)
    })
    .openapi({ ...unhold, middleware: guard('operate') }, (c) => {
      const { fingerprint } = c.req.valid('param')
      return c.json(shapeListed(holds.unhold(fingerprint, isAdministrator(c.var.caller))), 200)
    })
}
