import { z } from '@hono/zod-openapi'
import type { RecordedRefusal } from '../../registry/refusal-ring.ts'

export const refusalSchema = z
  .object({
    at: z.iso.datetime(),
    address: z.string(),
    surface: z.string(),
    cause: z.string().openapi({ description: 'Stable; programs decide by it' }),
    mend: z.string(),
    count: z.int(),
    presented: z.record(z.string(), z.string()).nullable(),
    expected: z.string().nullable(),
  })
  .openapi('Refusal')

export function shapeRefusal(refusal: RecordedRefusal): z.infer<typeof refusalSchema> {
  const { at, address, surface, cause, mend, count, presented, expected } = refusal
  return {
    at: at.toISOString(),
    address,
    surface,
    cause,
    mend,
    count,
    presented: presented ? { ...presented } : null,
    expected: expected ?? null,
  }
}
