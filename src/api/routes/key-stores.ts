import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AdministratorCertificates } from '../../registry/administrator-certificates.ts'
import type { Certificates } from '../../registry/certificates.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { handedFile, respondWithFile } from '../hand-over/handed-file.ts'
import type { MakeKeyStoreFile } from '../hand-over/key-store-file.ts'
import { BAD_BODY, BAD_CALLER, CONFLICT, jsonBody, NOT_FOUND } from '../operation.ts'
import { deviceIdSchema, serviceNameSchema } from '../resources/identifier.ts'
import { idempotencyHeaderSchema } from '../resources/issued-certificate.ts'
import { administratorKeyStoreSchema, deviceKeyStoreSchema, serviceKeyStoreSchema } from '../resources/key-store.ts'

const FILE = { 201: handedFile('application/x-pkcs12', 'PKCS#12 (RFC 7292) with key, certificate and CA') }
const REFUSALS = { ...BAD_BODY, ...BAD_CALLER, ...CONFLICT }
const headers = idempotencyHeaderSchema

const ofDevice = createRoute({
  method: 'post',
  path: '/{deviceId}/certificates/p12',
  tags: ['certificates'],
  summary: 'Issue a certificate to a device, in one file with its key; an unknown device is created',
  request: { params: z.object({ deviceId: deviceIdSchema }), headers, body: jsonBody(deviceKeyStoreSchema) },
  responses: { ...FILE, ...REFUSALS },
})

const ofService = createRoute({
  method: 'post',
  path: '/{name}/certificates/p12',
  tags: ['certificates'],
  summary: 'Issue a certificate to a service, in one file with its key',
  request: { params: z.object({ name: serviceNameSchema }), headers, body: jsonBody(serviceKeyStoreSchema) },
  responses: { ...FILE, ...REFUSALS, ...NOT_FOUND },
})

const ofAdministrator = createRoute({
  method: 'post',
  path: '/p12',
  tags: ['administrators'],
  summary: 'Issue a certificate that calls the API, in one file with its key, as browsers take it',
  request: { headers, body: jsonBody(administratorKeyStoreSchema) },
  responses: { ...FILE, ...REFUSALS },
})

export function deviceKeyStoreRoutes(
  certificates: Pick<Certificates, 'issueToDevice'>,
  makeFile: MakeKeyStoreFile,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...ofDevice, middleware: guard('operate') }, async (c) => {
    const { password, profile: _, ...wishes } = exact(c.req.valid('json'))
    const idempotencyKey = c.req.valid('header')['idempotency-key']
    const request = { ...c.req.valid('param'), ...wishes, ...exact({ idempotencyKey }) }
    return respondWithFile(c, await makeFile(await certificates.issueToDevice(request), password))
  })
}

export function serviceKeyStoreRoutes(
  certificates: Pick<Certificates, 'issueToService'>,
  makeFile: MakeKeyStoreFile,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...ofService, middleware: guard('operate') }, async (c) => {
    const { password, ...wishes } = exact(c.req.valid('json'))
    const idempotencyKey = c.req.valid('header')['idempotency-key']
    const issued = await certificates.issueToService(c.req.valid('param').name, exact({ ...wishes, idempotencyKey }))
    return respondWithFile(c, await makeFile(issued, password))
  })
}

export function administratorKeyStoreRoutes(
  administrators: Pick<AdministratorCertificates, 'issue'>,
  makeFile: MakeKeyStoreFile,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...ofAdministrator, middleware: guard('administer') }, async (c) => {
    const { password, ...wishes } = exact(c.req.valid('json'))
    const idempotencyKey = c.req.valid('header')['idempotency-key']
    return respondWithFile(
      c,
      await makeFile(await administrators.issue(exact({ ...wishes, idempotencyKey })), password),
    )
  })
}
