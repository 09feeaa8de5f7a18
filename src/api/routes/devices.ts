import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DomainError } from '../../errors.ts'
import type { Device } from '../../registry/device.ts'
import type { DeviceList } from '../../registry/device-list.ts'
import type { Devices } from '../../registry/devices.ts'
import type { LegacyCredentials } from '../../registry/legacy-credentials.ts'
import { type Guard, mayAttachWide } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import {
  deviceChangesSchema,
  deviceQuerySchema,
  deviceRequestSchema,
  deviceSchema,
  shapeDevice,
} from '../resources/device.ts'
import { deviceListSchema, readDeviceCursor, shapeDeviceRow, writeDeviceCursor } from '../resources/device-row.ts'
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

const listed = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List devices, with who is connected and until when each can be',
  request: { query: deviceQuerySchema },
  responses: { 200: json(deviceListSchema, 'In the wanted order'), ...BAD_REQUEST, ...BAD_CALLER },
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
  devices: Pick<Devices, 'create' | 'get' | 'change' | 'remove'>,
  list: DeviceList,
  legacy: Pick<LegacyCredentials, 'find'>,
  guard: Guard,
) {
  const shape = (device: Device): z.infer<typeof deviceSchema> => shapeDevice(device, legacy.find(device.id))
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('operate') }, (c) => {
      const device = devices.create(exact(c.req.valid('json')), mayAttachWide(c.var.caller))
      return c.json(shape(device), 201)
    })
    .openapi({ ...listed, middleware: guard('read') }, async (c) => {
      const { limit, cursor, q: search, count, sort, order, connected, ...rest } = c.req.valid('query')
      const after = cursor === undefined ? undefined : readDeviceCursor(cursor, { sort, order })
      if (cursor !== undefined && !after) {
        throw new DomainError('bad_request', 'The cursor is of a list in another order: begin that list anew')
      }
      const filter = exact({ search, ...rest, connected: connected && connected === 'true' })
      const { items, last } = await list.page({ ...filter, limit, sort, order, ...exact({ after }) })
      const nextCursor = last ? writeDeviceCursor(last, { sort, order }) : null
      const total = count === 'true' ? { total: await list.count(filter) } : {}
      return c.json({ items: items.map(shapeDeviceRow), nextCursor, ...total }, 200)
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
