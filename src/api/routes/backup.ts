import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, CONFLICT, jsonBody, problem } from '../operation.ts'
import type { BackupMaker } from '../ports.ts'
import { attendDownload } from '../request/attended-download.ts'

const wishSchema = z
  .strictObject({
    passphrase: z.string().min(12).max(1024).openapi({ description: 'What encrypts the archive, and opens it again' }),
    contents: z.enum(['hub', 'ca']).default('hub').openapi({ description: 'All of it, or the CA alone' }),
  })
  .openapi('BackupWish')

const make = createRoute({
  method: 'post',
  path: '/',
  tags: ['backup'],
  summary: 'An encrypted archive of the hub as it is now',
  description:
    'Both databases at one moment, certificate and key of the CA (and of its root, where that lies beside them), and the administrator token. Never a key of a device. docs/backup.md describes its form. An archive that is shorter than its Content-Length is none. Who takes nothing of it for half a minute is cut off.',
  request: { body: jsonBody(wishSchema) },
  responses: {
    200: {
      description: 'The archive',
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...BAD_BODY,
    ...BAD_CALLER,
    ...CONFLICT,
    503: problem('The disk has no room for a copy of the databases, or the hub is stopping'),
  },
})

export function backupRoutes(backups: BackupMaker, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...make, middleware: guard('administer') }, async (c) => {
    const { contents, passphrase } = c.req.valid('json')
    const { fileName, octets, stream } = await backups.make(contents, passphrase)
    return c.body(attendDownload(stream, c.env.abort), 200, {
      'content-type': 'application/octet-stream',
      'content-length': String(octets),
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
    })
  })
}
