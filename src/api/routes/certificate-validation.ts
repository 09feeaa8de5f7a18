import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Certificates } from '../../registry/certificates.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, BAD_REQUEST, json } from '../operation.ts'
import { fingerprintSchema } from '../resources/identifier.ts'

const validationSchema = z
  .object({
    valid: z.boolean(),
    fingerprint: z.string(),
    reason: z.string().optional().openapi({ description: 'Why it is not valid' }),
  })
  .openapi('Validation')

const validate = createRoute({
  method: 'post',
  path: '/validate/{fingerprint}',
  tags: ['certificates'],
  summary: 'Whether a certificate is valid now',
  request: { params: z.object({ fingerprint: fingerprintSchema }) },
  responses: { 200: json(validationSchema, 'The verdict'), ...BAD_REQUEST, ...BAD_CALLER },
})

export function certificateValidationRoutes(certificates: Pick<Certificates, 'validate'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...validate, middleware: guard('validate') }, (c) => {
    const { valid, fingerprint, reason } = certificates.validate(c.req.valid('param').fingerprint)
    return c.json(reason === undefined ? { valid, fingerprint } : { valid, fingerprint, reason }, 200)
  })
}
