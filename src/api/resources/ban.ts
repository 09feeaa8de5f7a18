import { z } from '@hono/zod-openapi'
import type { Ban } from '../../broker/bans.ts'

export const banSchema = z
  .object({
    id: z.string().openapi({ description: '`device:ID`, or `client:CLIENT_ID` where one client id alone is banned' }),
    cause: z.enum(['banned', 'flapping']).openapi({ description: 'By an administrator, or by limits.flapping_*' }),
    identity: z.object({ kind: z.enum(['device', 'service', 'anonymous']), id: z.string() }),
    clientId: z.string().nullable(),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
  })
  .openapi('Ban')

export function shapeBan({ id, cause, holder, clientId, since, until }: Ban): z.infer<typeof banSchema> {
  const identity = { kind: holder.kind, id: holder.id }
  return { id, cause, identity, clientId: clientId ?? null, since: since.toISOString(), until: until.toISOString() }
}
