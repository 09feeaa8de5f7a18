import { z } from '@hono/zod-openapi'
import type { Service } from '../../registry/service.ts'
import { policyNamesSchema, serviceNameSchema } from './identifier.ts'

const stateSchema = z.enum(['active', 'suspended'])

export const serviceSchema = z
  .object({
    name: z.string(),
    state: stateSchema,
    connected: z.boolean().openapi({ description: 'Whether a client is connected as this service' }),
    policies: z.array(z.string()),
    createdAt: z.iso.datetime(),
  })
  .openapi('Service')

export const serviceRequestSchema = z
  .strictObject({
    name: serviceNameSchema,
    policies: policyNamesSchema.optional(),
    allow: z.array(z.string().min(1)).max(100).optional().openapi({
      description: 'Topic filters it may publish and subscribe to',
    }),
  })
  .openapi('ServiceRequest')

export const serviceChangesSchema = z
  .strictObject({ policies: policyNamesSchema.optional(), state: stateSchema.optional() })
  .openapi('ServiceChanges')

export function shapeService(
  { name, state, policies, createdAt }: Service,
  connected: boolean,
): z.infer<typeof serviceSchema> {
  return { name, state, connected, policies: [...policies], createdAt: createdAt.toISOString() }
}
