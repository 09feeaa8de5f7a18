import { z } from '@hono/zod-openapi'
import type { Message } from '../../broker/delivery/message.ts'

const BASE64 = z.base64()

export const publicationSchema = z
  .strictObject({
    topicName: z.string().openapi({ description: 'No wildcard, and none that begins with "$"', example: 'a/b' }),
    payload: z.string().openapi({ description: 'Empty and retained, it removes what is retained' }),
    encoding: z.enum(['plain', 'base64']).default('plain').openapi({ description: 'Of the payload; plain is UTF-8' }),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(0),
    retain: z.boolean().default(false),
  })
  .refine(({ encoding, payload }) => encoding === 'plain' || BASE64.safeParse(payload).success, {
    path: ['payload'],
    message: 'Not base64 (RFC 4648 §4)',
  })
  .openapi('Publication')

export function readPublication(publication: z.infer<typeof publicationSchema>): Message {
  const { topicName: topic, payload, encoding, qos, retain } = publication
  return { topic, payload: Buffer.from(payload, encoding === 'base64' ? 'base64' : 'utf8'), qos, retain }
}
