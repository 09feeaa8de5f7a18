import { z } from '@hono/zod-openapi'
import type { FindingCode, FindingValues } from '../../finding.ts'

/** What a finding is, for who says it in other words than the hub. */
export const findingCodeFields = {
  code: z.string().openapi({ description: 'What was found', example: 'certificate_active' }),
  values: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .openapi({ description: 'What `detail` is made of; of a check there may be fewer than of another' }),
}

/** Without those that are not known. */
export function shapeValues(values: FindingValues[FindingCode]): Record<string, string | number | boolean> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
