import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Certificates } from '../../registry/certificates.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import type { MakeBundle } from '../hand-over/bundle-file.ts'
import { handedFile, respondWithFile } from '../hand-over/handed-file.ts'
import { BAD_BODY, BAD_CALLER, CONFLICT, optionalJsonBody } from '../operation.ts'
import { deviceIdSchema } from '../resources/identifier.ts'
import { deviceIssueSchema, idempotencyHeaderSchema } from '../resources/issued-certificate.ts'

const make = createRoute({
  method: 'post',
  path: '/{deviceId}/bundle',
  tags: ['certificates'],
  summary:
    'Issue a certificate to a device, in a folder with examples that connect with it; an unknown device is created',
  request: {
    params: z.object({ deviceId: deviceIdSchema }),
    headers: idempotencyHeaderSchema,
    body: optionalJsonBody(deviceIssueSchema),
  },
  responses: {
    201: handedFile('application/zip', 'Key, certificate, CA and examples'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...CONFLICT,
  },
})

export function bundleRoutes(certificates: Pick<Certificates, 'issueToDevice'>, makeBundle: MakeBundle, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...make, middleware: guard('operate') }, async (c) => {
    const { profile: _, ...wishes } = exact(c.req.valid('json'))
    const idempotencyKey = c.req.valid('header')['idempotency-key']
    const request = { ...c.req.valid('param'), ...wishes, ...exact({ idempotencyKey }) }
    return respondWithFile(c, makeBundle(await certificates.issueToDevice(request)))
  })
}
