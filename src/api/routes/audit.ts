import { Readable } from 'node:stream'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AuditTrail } from '../../registry/audit/audit-trail.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_CALLER, BAD_REQUEST, json } from '../operation.ts'
import { pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import {
  auditEntrySchema,
  auditQuerySchema,
  auditVerdictSchema,
  shapeAuditEntry,
  shapeAuditVerdict,
} from '../resources/audit.ts'

const tags = ['audit']

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'Who changed what, from where, and what came of it',
  request: { query: auditQuerySchema },
  responses: { 200: json(pageSchema(auditEntrySchema), 'Newest first'), ...BAD_REQUEST, ...BAD_CALLER },
})

const exported = createRoute({
  method: 'get',
  path: '/export',
  tags,
  summary: 'Every entry, oldest first, one JSON object a line',
  responses: {
    200: { description: 'As `application/x-ndjson`' },
    ...BAD_CALLER,
  },
})

const verify = createRoute({
  method: 'get',
  path: '/verification',
  tags,
  summary: 'Whether every entry follows from the one before',
  request: { query: z.object({ hash: z.hash('sha256').optional().openapi({ description: 'Look for this one too' }) }) },
  responses: { 200: json(auditVerdictSchema, 'What was found'), ...BAD_REQUEST, ...BAD_CALLER },
})

export function auditRoutes(trail: Pick<AuditTrail, 'list' | 'read' | 'verify'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, async (c) => {
      const { limit, cursor, q: search, since, until, action } = c.req.valid('query')
      const query = exact({ search, action, since: readTime(since), until: readTime(until) })
      const page = await trail.list({ ...query, ...readPageRequest({ limit, cursor }) })
      return c.json(shapePage(page, shapeAuditEntry), 200)
    })
    .openapi({ ...exported, middleware: guard('read') }, (c) => {
      const lines = Readable.from(writeLines(trail.read()))
      return c.body(Readable.toWeb(lines) as ReadableStream<Uint8Array>, 200, {
        'content-type': 'application/x-ndjson',
      })
    })
    .openapi({ ...verify, middleware: guard('read') }, async (c) => {
      return c.json(shapeAuditVerdict(await trail.verify(c.req.valid('query').hash)), 200)
    })
}

function readTime(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}

async function* writeLines(pages: ReturnType<AuditTrail['read']>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((entry) => `${JSON.stringify(shapeAuditEntry(entry))}\n`).join('')
}
