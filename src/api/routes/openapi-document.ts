import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { permissionOf } from '../access/guard.ts'
import { rolesThatMay } from '../access/permission.ts'
import type { ApiEnv } from '../api-env.ts'
import { type Language, preferredLanguage } from '../language.ts'
import { json, PUBLIC } from '../operation.ts'
import { renderReferencePage } from '../pages/reference-page.ts'
import { REFERENCE_POLICY } from '../pages/reference-style.ts'
import type { HttpsIdentity } from '../ports.ts'
import type { ApiDocument } from '../reference/document.ts'
import { originAsCome } from '../request/own-origin.ts'

const show = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['description'],
  ...PUBLIC,
  summary: 'This document',
  responses: { 200: json(z.object({ openapi: z.literal('3.1.0') }), 'OpenAPI 3.1') },
})

const page = createRoute({
  method: 'get',
  path: '/docs',
  tags: ['description'],
  ...PUBLIC,
  summary: 'This document as a page, for people',
  responses: { 200: { description: 'A page', content: { 'text/html': { schema: z.string() } } } },
})

/** Stands in the page for how the hub is reached until that is known. */
const SOMEWHERE = 'https://hub.invalid'

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>

/** Describes `app` from the schemas that validate its requests, for programs and for people. */
export function openApiRoutes(app: OpenAPIHono<ApiEnv>, version: string, https: HttpsIdentity) {
  let made: Document | undefined
  // Not before the first question: every route is there by then.
  const document = (): Document => {
    made ??= describe(app, version)
    return made
  }
  // Anybody may ask for either, and they take a tenth of a second to make, and milliseconds to write.
  let text: Uint8Array<ArrayBuffer> | undefined
  const pages: Partial<Record<Language, string>> = {}
  const routes = new OpenAPIHono<ApiEnv>()
  routes.openAPIRegistry.registerPath(show)
  routes.get('/openapi.json', (c) => {
    text ??= new TextEncoder().encode(JSON.stringify(document()))
    return c.body(text, 200, { 'content-type': 'application/json' })
  })
  routes.openapi(page, async (c) => {
    const language = preferredLanguage(c.req.header('accept-language')) ?? 'en'
    c.header('content-security-policy', REFERENCE_POLICY)
    c.header('vary', 'Accept-Language')
    c.header('content-language', language)
    // What the library writes is plain JSON, whose types are wider than what our routes make of them.
    const described = document() as unknown as ApiDocument
    pages[language] ??= String(await renderReferencePage(language, described, SOMEWHERE))
    return c.html(pages[language].replaceAll(SOMEWHERE, originAsCome(c.req.url, https)), 200)
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
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Signet', version, license: { name: 'MIT' } },
    // One suffices here; api.auth decides which, or whether both are asked for.
    security: [{ token: [] }, { certificate: [] }, { session: [] }],
  })
  nameRoles(app, document)
  return document
}

/** OpenAPI has no word for the roles behind a bearer token: an extension, by the guard that stands before each call. */
function nameRoles(app: OpenAPIHono<ApiEnv>, document: Document): void {
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, object>>>>
  for (const { method, path, handler } of app.routes) {
    const permission = permissionOf(handler)
    const operation = paths[path.replaceAll(/:(\w+)(?:\{[^}]+\})?/g, '{$1}')]?.[method.toLowerCase()]
    if (permission && operation) Object.assign(operation, { 'x-roles': rolesThatMay(permission) })
  }
}
