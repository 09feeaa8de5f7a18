import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { ImportUndo } from '../../registry/import/import-undo.ts'
import type { Imports } from '../../registry/import/imports.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, json, jsonBody } from '../operation.ts'
import {
  deviceReportSchema,
  importedDeviceSchema,
  importReportSchema,
  importRequestSchema,
  readImportRequest,
  readUndoRequest,
  shapeImportReport,
  shapeUndoReport,
  undoReportSchema,
  undoRequestSchema,
} from '../resources/import.ts'

const tags = ['import']

const run = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Register a fleet that was known elsewhere; a dry run keeps nothing and reports the same',
  request: { body: jsonBody(importRequestSchema) },
  responses: {
    200: json(importReportSchema, 'What was done, and which devices would be refused'),
    ...BAD_BODY,
    ...BAD_CALLER,
  },
})

const undo = createRoute({
  method: 'post',
  path: '/undo',
  tags,
  summary: "Take back what an import's report says it did",
  request: { body: jsonBody(undoRequestSchema) },
  responses: { 200: json(undoReportSchema, 'What was taken back'), ...BAD_BODY, ...BAD_CALLER },
})

export function importRoutes(imports: Imports & ImportUndo, guard: Guard) {
  const routes = new OpenAPIHono<ApiEnv>()
  routes.openAPIRegistry.register('ImportedDevice', importedDeviceSchema)
  routes.openAPIRegistry.register('ImportedDeviceReport', deviceReportSchema)
  return routes
    .openapi({ ...run, middleware: guard('administer') }, async (c) => {
      const body = c.req.valid('json')
      return c.json(await shapeImportReport(await imports.run(readImportRequest(body), body.dryRun)), 200)
    })
    .openapi({ ...undo, middleware: guard('administer') }, async (c) => {
      return c.json(await shapeUndoReport(await imports.undo(readUndoRequest(c.req.valid('json')))), 200)
    })
}
