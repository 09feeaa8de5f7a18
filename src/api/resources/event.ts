import { z } from '@hono/zod-openapi'
import { isTypePattern } from '../../logged-event.ts'
import { pageQuery } from '../pagination.ts'

/** `device.connected`, `certificate.*` or `*`; types that come with later versions are good too. */
export const typePatternSchema = z.string().refine(isTypePattern, 'A type such as device.connected, or certificate.*')

const typesSchema = z
  .string()
  .max(1000)
  .transform((text) => text.split(','))
  .pipe(z.array(typePatternSchema).max(50))
  .openapi({ type: 'string', example: 'certificate.*,device.connected' })

const eventIdSchema = z.string().regex(/^\d{1,16}$/, 'The id of an event, unchanged')

export const eventQuerySchema = z.object({
  type: typesSchema.optional(),
  deviceId: z.string().min(1).max(64).optional(),
  lastEventId: eventIdSchema
    .optional()
    .openapi({ description: 'The same as the header Last-Event-ID; 0: all there is' }),
  ...pageQuery,
})

export const eventHeaderSchema = z.object({
  'last-event-id': eventIdSchema.optional(),
  accept: z.string().optional(),
})

export const eventSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    at: z.iso.datetime(),
    data: z.record(z.string(), z.unknown()).openapi({ description: 'What the event says, by its type' }),
  })
  .openapi('Event')

export type EventAnswer = z.infer<typeof eventSchema>
