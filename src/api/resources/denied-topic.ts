import { z } from '@hono/zod-openapi'
import type { DeniedTopic } from '../../registry/denied-topics.ts'

export const deniedTopicSchema = z
  .object({
    kind: z.string().openapi({ example: 'device' }),
    id: z.string(),
    topicName: z.string().openapi({ description: 'Or the filter of a subscription; cut at 256 characters' }),
    action: z.enum(['publish', 'subscribe', 'will']),
    count: z.int(),
    lastAt: z.iso.datetime(),
  })
  .openapi('DeniedTopic', {
    example: {
      kind: 'device',
      id: 'device-001',
      topicName: 'users/user-2/devices/device-002/state',
      action: 'publish',
      count: 7,
      lastAt: '2026-03-01T12:00:00.000Z',
    },
  })

export function shapeDeniedTopic(denied: DeniedTopic): z.infer<typeof deniedTopicSchema> {
  const { kind, id, topic: topicName, action, count, lastAt } = denied
  return { kind, id, topicName, action, count, lastAt: lastAt.toISOString() }
}
