import { z } from '@hono/zod-openapi'
import type { Policy, PolicyRule } from '../../registry/policy.ts'

export const ruleSchema = z.strictObject({
  effect: z.enum(['allow', 'deny']),
  actions: z
    .array(z.enum(['publish', 'subscribe']))
    .min(1)
    .max(2),
  topicFilter: z.string().min(1).max(65_535),
})

const clientIdSchema = z.enum(['own', 'any'])

export const policySchema = z
  .object({ name: z.string(), rules: z.array(ruleSchema), clientId: clientIdSchema })
  .openapi('Policy')

export const policyRequestSchema = z
  .strictObject({ rules: z.array(ruleSchema).max(1000), clientId: clientIdSchema.default('own') })
  .openapi('PolicyRequest')

export function shapePolicy({ name, rules, clientId }: Policy): z.infer<typeof policySchema> {
  return {
    name,
    rules: rules.map(shapeRule),
    clientId,
  }
}

export function shapeRule({ effect, actions, topicFilter }: PolicyRule): z.infer<typeof ruleSchema> {
  return { effect, actions: [...actions], topicFilter }
}
