import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Device } from '../../registry/device.ts'
import type { Devices } from '../../registry/devices.ts'
import type { LegacyCredentials } from '../../registry/legacy-credentials.ts'
import { type Guard, mayAttachWide } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import {
  deviceChangesSchema,
  deviceQuerySchema,
  deviceRequestSchema,
  deviceSchema,
  shapeDevice,
} from '../resources/device.ts'
import { deviceIdSchema } from '../resources/identifier.ts'

const params = z.object({ id: deviceIdSchema })
const tags = ['devices']

const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Create a device',
  request: { body: jsonBody(deviceRequestSchema) },
  responses: { 201: json(deviceSchema, 'The device'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND, ...CONFLICT },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List devices',
  request: { query: deviceQuerySchema },
  responses: { 200: json(pageSchema(deviceSchema), 'In order of their ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'One device',
  request: { params },
  responses: { 200: json(deviceSchema, 'The device'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  summary: 'Change a device; another owner revokes its certificates and drops what is stored for it',
  request: { params, body: jsonBody(deviceChangesSchema) },
  responses: { 200: json(deviceSchema, 'The device'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND, ...CONFLICT },
})

const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  summary: 'Delete a device and what is stored for it; its certificates stay on the revocation list',
  request: { params },
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function deviceRoutes(
  devices: Pick<Devices, 'create' | 'get' | 'list' | 'change' | 'remove'>,
  legacy: Pick<LegacyCredentials, 'find'>,
  guard: Guard,
) {
  const shape = (device: Device): z.infer<typeof deviceSchema> => shapeDevice(device, legacy.find(device.id))
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('operate') }, (c) => {
      const device = devices.create(exact(c.req.valid('json')), mayAttachWide(c.var.caller))
      return c.json(shape(device), 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const { limit, cursor, q: search, ...filter } = c.req.valid('query')
      const page = devices.list({ ...exact({ search, ...filter }), ...readPageRequest({ limit, cursor }) })
      return c.json(shapePage(page, shape), 200)
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      return c.json(shape(devices.get(c.req.valid('param').id)), 200)
    })
    .openapi({ ...change, middleware: guard('operate') }, async (c) => {
      const changes = exact(c.req.valid('json'))
      const device = await devices.change(c.req.valid('param').id, changes, mayAttachWide(c.var.caller))
      return c.json(shape(device), 200)
    })
    .openapi({ ...remove, middleware: guard('operate') }, async (c) => {
      await devices.remove(c.req.valid('param').id)
      return c.body(null, 204)
    })
}
