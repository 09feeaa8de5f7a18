import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Diary } from '../../registry/diagnosis/diary.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, BAD_REQUEST, json, NOT_FOUND } from '../operation.ts'
import { pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { diaryEntrySchema, shapeDiaryEntry } from '../resources/diagnosis.ts'
import { deviceIdSchema, serviceNameSchema } from '../resources/identifier.ts'

const ID_SCHEMAS = { device: deviceIdSchema, service: serviceNameSchema }

/** `find` throws where there is nobody of that id. */
export function diaryRoutes(
  kind: 'device' | 'service',
  find: (id: string) => unknown,
  diary: Pick<Diary, 'read'>,
  guard: Guard,
) {
  const read = createRoute({
    method: 'get',
    path: '/{id}/diary',
    tags: ['diagnostics'],
    summary: `The story of a ${kind}: connections and refusals since the hub started, certificates since ever; newest first`,
    request: { params: z.object({ id: ID_SCHEMAS[kind] }), query: pageQuerySchema },
    responses: {
      200: json(pageSchema(diaryEntrySchema), 'Newest first'),
      ...BAD_REQUEST,
      ...BAD_CALLER,
      ...NOT_FOUND,
    },
  })
  return new OpenAPIHono<ApiEnv>().openapi({ ...read, middleware: guard('read') }, (c) => {
    const { id } = c.req.valid('param')
    find(id)
    return c.json(shapePage(diary.read(kind, id, readPageRequest(c.req.valid('query'))), shapeDiaryEntry), 200)
  })
}
