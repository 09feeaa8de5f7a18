import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { handedFile, respondWithFile } from '../hand-over/handed-file.ts'
import { BAD_CALLER } from '../operation.ts'
import { createSupportBundle, type SupportBundleParts } from '../support-bundle/support-bundle.ts'

const fetch = createRoute({
  method: 'get',
  path: '/support-bundle',
  tags: ['diagnostics'],
  summary: 'What somebody asks for who is to help: settings, findings, metrics, the last refusals and events',
  description:
    'No key, token, passphrase or payload is in it; ids of devices, names of users and addresses of clients are.',
  responses: { 200: handedFile('application/zip', 'A zip archive'), ...BAD_CALLER },
})

export function supportBundleRoutes(parts: SupportBundleParts, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...fetch, middleware: guard('administer') }, async (c) =>
    respondWithFile(c, await createSupportBundle(parts), 200),
  )
}
