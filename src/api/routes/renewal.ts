import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { Renewals } from '../../registry/renewals.ts'
import { deviceAuthentication } from '../access/device-authentication.ts'
import { recordDenial } from '../access/refused-caller.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, CONFLICT, json } from '../operation.ts'
import { requestBody } from '../request/request-body.ts'
import {
  readSigningRequest,
  renewalSchema,
  renewedSchema,
  shapeCertifiedKey,
  signingRequestBody,
} from '../resources/signing-request.ts'

const renewal = createRoute({
  method: 'post',
  path: '/',
  tags: ['certificates'],
  security: [{ deviceCertificate: [] }],
  summary: 'Renew the certificate that the device shows, for the key of a request or for one that is made here',
  request: { body: signingRequestBody(renewalSchema) },
  responses: { 201: json(renewedSchema, 'Renewed'), ...BAD_BODY, ...BAD_CALLER, ...CONFLICT },
})

export function renewalRoutes(
  renewals: Renewals,
  admissions: Pick<ApiAdmissions, 'whyBadToken'>,
  recordRefusal: RecordRefusal,
) {
  const middleware = [deviceAuthentication(renewals, admissions, recordRefusal), requestBody()]
  return new OpenAPIHono<ApiEnv>().openapi({ ...renewal, middleware }, async (c) => {
    const { id, fingerprint, peer } = c.var.device
    const presented = { identity: `device:${id}`, fingerprint }
    const renew = async () => renewals.renew(peer, await readSigningRequest(c, c.req.valid('json')))
    const renewed = await recordDenial(c, recordRefusal, presented, renew, { kind: 'device', id })
    return c.json(shapeCertifiedKey(renewed), 201)
  })
}
