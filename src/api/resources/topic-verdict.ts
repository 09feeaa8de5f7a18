import { z } from '@hono/zod-openapi'
import type { TopicVerdict } from '../../registry/diagnosis/topic-verdict.ts'
import { deviceIdSchema } from './identifier.ts'
import { ruleSchema, shapeRule } from './policy.ts'

export const topicQuestionSchema = z.object({
  deviceId: deviceIdSchema,
  action: z.enum(['publish', 'subscribe']),
  topic: z.string().min(1).max(65_535).openapi({ description: 'A topic name, or to subscribe a topic filter' }),
})

export const topicVerdictSchema = z
  .object({
    allowed: z.boolean(),
    rule: ruleSchema.nullable().openapi({
      description: 'What decides, with the ids in the place of its variables; null: no rule speaks of it',
    }),
  })
  .openapi('TopicVerdict')

export function shapeTopicVerdict({ allowed, rule }: TopicVerdict): z.infer<typeof topicVerdictSchema> {
  return { allowed, rule: rule ? shapeRule(rule) : null }
}
