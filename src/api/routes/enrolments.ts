import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Enrolment } from '../../registry/enrolment/enrolment.ts'
import type { EnrolmentDecisions } from '../../registry/enrolment/enrolment-decisions.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, BAD_REQUEST, CONFLICT, json, NOT_FOUND } from '../operation.ts'
import { pageOf, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { enrolmentQuerySchema, enrolmentSchema, shapeEnrolment } from '../resources/enrolment.ts'

const tags = ['enrolment']
const params = z.object({ id: z.string().max(64) })
const decided = {
  200: json(enrolmentSchema, 'The enrolment'),
  ...BAD_REQUEST,
  ...BAD_CALLER,
  ...NOT_FOUND,
  ...CONFLICT,
}

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the requests for first certificates that wait for a word, or had one in the last days',
  request: { query: enrolmentQuerySchema },
  responses: { 200: json(pageSchema(enrolmentSchema), 'In the order they came'), ...BAD_REQUEST, ...BAD_CALLER },
})

const approve = createRoute({
  method: 'post',
  path: '/{id}/approve',
  tags,
  summary: 'Let a device have its certificate when it asks again with the same key',
  request: { params },
  responses: decided,
})

const reject = createRoute({
  method: 'post',
  path: '/{id}/reject',
  tags,
  summary: 'Refuse a device its certificate, though it was approved before, until it has it',
  request: { params },
  responses: decided,
})

export function enrolmentRoutes(decisions: EnrolmentDecisions, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const { state, ...query } = c.req.valid('query')
      const page = pageOf(decisions.list(state), keyOf, readPageRequest(query))
      return c.json(shapePage(page, shapeEnrolment), 200)
    })
    .openapi({ ...approve, middleware: guard('operate') }, (c) =>
      c.json(shapeEnrolment(decisions.approve(c.req.valid('param').id)), 200),
    )
    .openapi({ ...reject, middleware: guard('operate') }, (c) =>
      c.json(shapeEnrolment(decisions.reject(c.req.valid('param').id)), 200),
    )
}

function keyOf({ requestedAt, id }: Enrolment): string {
  return `${requestedAt.toISOString()} ${id}`
}
