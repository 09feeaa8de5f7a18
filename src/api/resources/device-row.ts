import { z } from '@hono/zod-openapi'
import type { DeviceRow } from '../../registry/device-list.ts'
import type { DeviceOrder, DevicePosition } from '../../registry/device-scan.ts'
import { pageSchema } from '../pagination.ts'
import { deviceQuerySchema, deviceSchema, shapeDevice } from './device.ts'

export const deviceRowSchema = deviceSchema
  .extend({
    connected: z.boolean(),
    connectedAt: z.iso.datetime().nullable(),
    address: z.string().nullable().openapi({ description: 'Of its newest connection' }),
    lastSeenAt: z.iso
      .datetime()
      .nullable()
      .openapi({ description: 'Now, or when it came or went last, as far as the events that are kept say' }),
    certificateEnds: z.iso.datetime().nullable().openapi({
      description: 'Of its certificates that are neither revoked nor replaced, the end of the one that ends last',
    }),
  })
  .openapi('DeviceRow')

export const deviceListSchema = pageSchema(deviceRowSchema)
  .extend({ total: z.int().optional().openapi({ description: 'Of all pages, where `count=true` asks for it' }) })
  .openapi('DeviceList')

const cursorSchema = z.tuple([
  deviceQuerySchema.shape.sort.unwrap(),
  deviceQuerySchema.shape.order.unwrap(),
  z.union([z.string(), z.number()]),
  z.string(),
])

/** Where a list in this order goes on; none: it is no cursor of such a list. */
export function readDeviceCursor(
  cursor: string,
  { sort, order }: Pick<DeviceOrder, 'sort' | 'order'>,
): DevicePosition | undefined {
  const text = Buffer.from(cursor, 'base64url').toString()
  // Of the list by ids, which is older than the others, a cursor is an id alone.
  if (sort === 'id') return { value: text, id: text }
  const read = cursorSchema.safeParse(readJson(text))
  if (!read.success || read.data[0] !== sort || read.data[1] !== order) return undefined
  const [, , value, id] = read.data
  return { value, id }
}

export function writeDeviceCursor(
  { value, id }: DevicePosition,
  { sort, order }: Pick<DeviceOrder, 'sort' | 'order'>,
): string {
  return Buffer.from(sort === 'id' ? id : JSON.stringify([sort, order, value, id])).toString('base64url')
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function shapeDeviceRow(row: DeviceRow): z.infer<typeof deviceRowSchema> {
  const { connection, lastSeenAt, certificateEnds, legacy } = row
  return {
    ...shapeDevice(row, legacy),
    connected: connection !== undefined,
    connectedAt: connection?.connectedAt.toISOString() ?? null,
    address: connection?.address ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    certificateEnds: certificateEnds?.toISOString() ?? null,
  }
}
