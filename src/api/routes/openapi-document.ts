import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiEnv } from '../api-env.ts'
import { json, PUBLIC } from '../operation.ts'

const show = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['description'],
  ...PUBLIC,
  summary: 'This document',
  responses: { 200: json(z.object({ openapi: z.literal('3.1.0') }), 'OpenAPI 3.1') },
})

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>

/** Describes `app` from the schemas that validate its requests. */
export function openApiRoutes(app: OpenAPIHono<ApiEnv>, version: string) {
  let document: Document | undefined
  const routes = new OpenAPIHono<ApiEnv>()
  routes.openAPIRegistry.registerPath(show)
  routes.get('/openapi.json', (c) => {
    document ??= describe(app, version)
    return c.json(document)
  })
  return routes
}

function describe(app: OpenAPIHono<ApiEnv>, version: string): Document {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token made with POST /api/tokens: sgn_<id>_<secret>',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'certificate', {
    type: 'mutualTLS',
    description:
      "An administrator's certificate, made with POST /api/admin-certificates; GET /api/mode says what is asked",
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-signet',
    description: 'The cookie of who is signed in to the console: POST /api/session',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'deviceCertificate', {
    type: 'mutualTLS',
    description: 'The certificate of the device itself, whatever the API asks of its other callers',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'enrolmentToken', {
    type: 'http',
    scheme: 'basic',
    description: 'The id of the device, and a token made with POST /api/enrolment-tokens',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Signet', version, license: { name: 'MIT' } },
    // One suffices here; api.auth decides which, or whether both are asked for.
    security: [{ token: [] }, { certificate: [] }, { session: [] }],
  })
}
