import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, CONFLICT, json, optionalJsonBody, problem } from '../operation.ts'
import type { CertificateAuthorityCalls } from '../ports.ts'
import {
  certificateAuthoritySchema,
  shapeCertificateAuthority,
  unlockSchema,
} from '../resources/certificate-authority.ts'

const tags = ['certificate authority']

const show = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'The CA, where its key lies, and whether it can sign',
  responses: { 200: json(certificateAuthoritySchema, 'The CA'), ...BAD_CALLER },
})

const unlock = createRoute({
  method: 'post',
  path: '/unlock',
  tags,
  summary: "Unlock the CA's key; the CRL and the hub's own certificate that waited for it are made",
  request: { body: optionalJsonBody(unlockSchema) },
  responses: {
    200: json(certificateAuthoritySchema, 'Unlocked'),
    ...BAD_BODY,
    ...BAD_CALLER,
    403: problem('The passphrase is wrong, or the role of the caller is too small'),
    429: problem('Too many wrong passphrases: later'),
    503: problem('The HSM does not answer'),
  },
})

const lock = createRoute({
  method: 'post',
  path: '/lock',
  tags,
  summary: "Forget the CA's key at once: nothing is issued until it is unlocked",
  responses: { 200: json(certificateAuthoritySchema, 'Locked'), ...BAD_CALLER, ...CONFLICT },
})

export function certificateAuthorityRoutes(authority: CertificateAuthorityCalls, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      return c.json(shapeCertificateAuthority(authority.describe()), 200)
    })
    .openapi({ ...unlock, middleware: guard('administer') }, async (c) => {
      await authority.unlock(c.req.valid('json')?.passphrase)
      return c.json(shapeCertificateAuthority(authority.describe()), 200)
    })
    .openapi({ ...lock, middleware: guard('administer') }, (c) => {
      authority.lock()
      return c.json(shapeCertificateAuthority(authority.describe()), 200)
    })
}
