import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DomainError } from '../../errors.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { Certificates } from '../../registry/certificates.ts'
import type { Guard } from '../access/guard.ts'
import { recordDenial } from '../access/refused-caller.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, CONFLICT, json } from '../operation.ts'
import { deviceIdSchema } from '../resources/identifier.ts'
import { idempotencyHeaderSchema } from '../resources/issued-certificate.ts'
import {
  certifiedKeySchema,
  deviceRequestQuerySchema,
  deviceRequestSchema,
  readSigningRequest,
  shapeCertifiedKey,
  signingRequestBody,
} from '../resources/signing-request.ts'

const certify = createRoute({
  method: 'post',
  path: '/{deviceId}/certificates/csr',
  tags: ['certificates'],
  summary: 'Issue a certificate for a key that the device has made itself; an unknown device is created',
  request: {
    params: z.object({ deviceId: deviceIdSchema }),
    query: deviceRequestQuerySchema,
    headers: idempotencyHeaderSchema,
    body: signingRequestBody(deviceRequestSchema),
  },
  responses: { 201: json(certifiedKeySchema, 'Certificate'), ...BAD_BODY, ...BAD_CALLER, ...CONFLICT },
})

export function signingRequestRoutes(
  certificates: Pick<Certificates, 'certifyDevice'>,
  recordRefusal: RecordRefusal,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...certify, middleware: guard('operate') }, async (c) => {
    const { deviceId } = c.req.valid('param')
    const { csr, ...wishes } = exact({ ...c.req.valid('query'), ...c.req.valid('json') })
    const idempotencyKey = c.req.valid('header')['idempotency-key']
    const request = await readSigningRequest(c, exact({ csr }))
    if (request === undefined) throw new DomainError('csr_invalid', 'The body holds no certificate request')
    const certified = await recordDenial(c, recordRefusal, { identity: `device:${deviceId}` }, () =>
      certificates.certifyDevice({ deviceId, request, ...wishes, ...exact({ idempotencyKey }) }),
    )
    return c.json(shapeCertifiedKey(certified), 201)
  })
}
