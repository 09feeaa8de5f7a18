import { z } from '@hono/zod-openapi'
import type { Device } from '../../registry/device.ts'
import { pageQuery } from '../pagination.ts'
import { deviceIdSchema, policyNamesSchema, userIdSchema } from './identifier.ts'
import { legacySchema, shapeLegacy } from './legacy-credential.ts'

const stateSchema = z.enum(['active', 'suspended'])
const clientIdsSchema = z.array(z.string().min(1).max(256)).max(100)

export const deviceSchema = z
  .object({
    deviceId: z.string(),
    userId: z.string(),
    state: stateSchema,
    policies: z.array(z.string()),
    clientIds: z.array(z.string()),
    createdAt: z.iso.datetime(),
    legacy: legacySchema.nullable(),
  })
  .openapi('Device')

export const deviceRequestSchema = z
  .strictObject({
    deviceId: deviceIdSchema,
    userId: userIdSchema.optional(),
    policies: policyNamesSchema.optional(),
    clientIds: clientIdsSchema.optional(),
  })
  .openapi('DeviceRequest')

export const deviceChangesSchema = z
  .strictObject({
    policies: policyNamesSchema.optional(),
    clientIds: clientIdsSchema.optional(),
    state: stateSchema.optional(),
    userId: userIdSchema.optional(),
  })
  .openapi('DeviceChanges')

export const deviceQuerySchema = z.object({
  ...pageQuery,
  // A fingerprint with its colons.
  q: z.string().max(95).optional().openapi({
    description: "Part of an id or of a user's id, or the fingerprint or serial number of a certificate of the device",
  }),
  state: stateSchema.optional(),
  userId: z.string().max(64).optional(),
  connected: z.enum(['true', 'false']).optional(),
  sort: z.enum(['id', 'user', 'state', 'lastSeen', 'certificateEnds']).default('id'),
  order: z.enum(['asc', 'desc']).default('asc').openapi({
    description: 'Those that were never seen, or have no certificate, come last in either',
  }),
  count: z.enum(['true', 'false']).optional().openapi({ description: 'Whether `total` is wanted' }),
})

export function shapeDevice(
  device: Device,
  legacy: Parameters<typeof shapeLegacy>[0] | undefined,
): z.infer<typeof deviceSchema> {
  const { id, userId, state, policies, clientIds, createdAt } = device
  return {
    deviceId: id,
    userId,
    state,
    policies: [...policies],
    clientIds: [...clientIds],
    createdAt: createdAt.toISOString(),
    legacy: legacy ? shapeLegacy(legacy) : null,
  }
}
