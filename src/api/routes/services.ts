import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Service } from '../../registry/service.ts'
import type { Services } from '../../registry/services.ts'
import { type Guard, mayAttachWide } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { serviceNameSchema } from '../resources/identifier.ts'
import { serviceChangesSchema, serviceRequestSchema, serviceSchema, shapeService } from '../resources/service.ts'

const params = z.object({ name: serviceNameSchema })
const tags = ['services']

const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Create a service',
  request: { body: jsonBody(serviceRequestSchema) },
  responses: { 201: json(serviceSchema, 'The service'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND, ...CONFLICT },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List services',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(serviceSchema), 'In order of their names'), ...BAD_REQUEST, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/{name}',
  tags,
  summary: 'One service',
  request: { params },
  responses: { 200: json(serviceSchema, 'The service'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

const change = createRoute({
  method: 'patch',
  path: '/{name}',
  tags,
  summary: 'Change a service',
  request: { params, body: jsonBody(serviceChangesSchema) },
  responses: { 200: json(serviceSchema, 'The service'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND },
})

const remove = createRoute({
  method: 'delete',
  path: '/{name}',
  tags,
  summary: 'Delete a service; its certificates stay on the revocation list',
  request: { params },
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function serviceRoutes(services: Services, isConnected: (name: string) => boolean, guard: Guard) {
  const shape = (service: Service) => shapeService(service, isConnected(service.name))
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('operate') }, (c) => {
      const service = services.create(exact(c.req.valid('json')), mayAttachWide(c.var.caller))
      return c.json(shape(service), 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      return c.json(shapePage(services.list(readPageRequest(c.req.valid('query'))), shape), 200)
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      return c.json(shape(services.get(c.req.valid('param').name)), 200)
    })
    .openapi({ ...change, middleware: guard('operate') }, async (c) => {
      const changes = exact(c.req.valid('json'))
      const service = await services.change(c.req.valid('param').name, changes, mayAttachWide(c.var.caller))
      return c.json(shape(service), 200)
    })
    .openapi({ ...remove, middleware: guard('operate') }, async (c) => {
      await services.remove(c.req.valid('param').name)
      return c.body(null, 204)
    })
}
