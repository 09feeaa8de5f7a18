import { z } from '@hono/zod-openapi'

const DEFAULT_TIMEOUT_MS = 10_000
const MAX_TIMEOUT_MS = 120_000

export const remoteCallSchema = z
  .strictObject({
    method: z.string().min(1).max(200).openapi({ example: 'ping' }),
    params: z.unknown().optional().openapi({ description: 'Anything that is JSON; the device reads it', example: {} }),
    timeoutMs: z
      .int()
      .min(1)
      .max(MAX_TIMEOUT_MS)
      .default(DEFAULT_TIMEOUT_MS)
      .openapi({ description: 'How long the device may take' }),
  })
  .openapi('RemoteCall')

export const remoteResultSchema = z
  .object({ id: z.uuid(), result: z.unknown().openapi({ description: 'As the device gave it' }) })
  .openapi('RemoteResult')
