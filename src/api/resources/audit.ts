import { z } from '@hono/zod-openapi'
import type { AuditEntry } from '../../registry/audit/audit-entry.ts'
import type { AuditVerdict } from '../../registry/audit/chain-verification.ts'
import { pageQuery } from '../pagination.ts'

export type { AuditAction } from '../audit/audited-actions.ts'

export const auditQuerySchema = z.object({
  ...pageQuery,
  q: z.string().max(200).optional().openapi({ description: 'Part of an actor, an action or an object' }),
  action: z.string().max(100).optional().openapi({ example: 'device.revoke' }),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
})

export const auditEntrySchema = z
  .object({
    number: z.int(),
    at: z.iso.datetime(),
    actor: z.string().openapi({ description: '`token:ID NAME`, `administrator:NAME`, `local`, or `hub`' }),
    role: z.string().nullable(),
    action: z.string().openapi({ example: 'device.revoke' }),
    object: z.string(),
    surface: z.string(),
    address: z.string(),
    result: z.string().openapi({ description: '`done`, or the code of the problem' }),
    requestId: z.string().nullable(),
    previousHash: z.string(),
    hash: z.string().openapi({ description: 'SHA-256 in hex, over the entry and the hash of the one before' }),
  })
  .openapi('AuditEntry')

export const auditVerdictSchema = z
  .object({
    ok: z.boolean(),
    entries: z.int(),
    head: z.string().nullable().openapi({ description: 'Hash of the newest entry: write it down elsewhere' }),
    brokenAt: z.int().nullable().openapi({ description: 'The first entry that does not follow from the one before' }),
    missingBefore: z
      .int()
      .nullable()
      .openapi({ description: 'The oldest entry, where those before it are gone and no retention has told of it' }),
    isFound: z.boolean().nullable().openapi({ description: 'Whether the hash that was asked for is in the chain' }),
  })
  .openapi('AuditVerdict')

export function shapeAuditEntry({ at, role, requestId, ...entry }: AuditEntry): z.infer<typeof auditEntrySchema> {
  return { ...entry, at: at.toISOString(), role: role ?? null, requestId: requestId ?? null }
}

export function shapeAuditVerdict(verdict: AuditVerdict): z.infer<typeof auditVerdictSchema> {
  const { entries, head = null, brokenAt = null, missingBefore = null, isFound = null } = verdict
  const ok = brokenAt === null && missingBefore === null && isFound !== false
  return { ok, entries, head, brokenAt, missingBefore, isFound }
}
