import { z } from '@hono/zod-openapi'
import type { CertificateVerdict } from '../../registry/diagnosis/certificate-verdict.ts'
import type { DiaryEntry } from '../../registry/diagnosis/diary.ts'
import type { Finding } from '../../registry/diagnosis/finding.ts'
import { findingCodeFields, shapeValues } from './finding-code.ts'
import { refusalSchema, shapeRefusal } from './refusal.ts'

const findingSchema = z
  .object({
    name: z.string(),
    status: z.enum(['ok', 'note', 'warning', 'failed']),
    ...findingCodeFields,
    detail: z.string(),
    mend: z.string().nullable(),
    cause: z.string().nullable().openapi({ description: 'Of the refusals that it tells of' }),
  })
  .openapi('Finding')

export const checkupSchema = z.object({ now: z.iso.datetime(), checks: z.array(findingSchema) }).openapi('Checkup')

export function shapeCheckup(now: Date, findings: readonly Finding[]): z.infer<typeof checkupSchema> {
  return {
    now: now.toISOString(),
    checks: findings.map(({ mend = null, cause = null, values, ...found }) => ({
      ...{ ...found, mend, cause },
      values: shapeValues(values),
    })),
  }
}

export const diaryEntrySchema = z
  .object({
    at: z.iso.datetime(),
    event: z.string(),
    clientId: z.string().nullable(),
    address: z.string().nullable(),
    fingerprint: z.string().nullable(),
    reason: z.string().nullable(),
    refusal: refusalSchema.nullable(),
  })
  .openapi('DiaryEntry')

export function shapeDiaryEntry(entry: DiaryEntry): z.infer<typeof diaryEntrySchema> {
  const { at, event, clientId, address, fingerprint, reason, refusal } = entry
  return {
    at: at.toISOString(),
    event,
    clientId: clientId ?? null,
    address: address ?? refusal?.address ?? null,
    fingerprint: fingerprint ?? null,
    reason: reason ?? null,
    refusal: refusal ? shapeRefusal(refusal) : null,
  }
}

const LONGEST_CERTIFICATE = 262_144

export const pastedCertificateSchema = z
  .strictObject({
    certificate: z
      .string()
      .min(1)
      .max(LONGEST_CERTIFICATE)
      .openapi({ description: 'PEM, or the base64 of the DER; of several the first is judged' }),
  })
  .openapi('PastedCertificate')

export const certificateVerdictSchema = z
  .object({
    admitted: z.boolean().openapi({ description: 'Whether an MQTT client that shows it would be let in now' }),
    cause: z.string().nullable(),
    mend: z.string().nullable(),
    expected: z.string().nullable(),
    presented: z.record(z.string(), z.string()),
    kind: z.enum(['device', 'service', 'administrator', 'server', 'ca']).nullable(),
    hints: z.array(z.string()),
  })
  .openapi('CertificateVerdict')

export function shapeVerdict(verdict: CertificateVerdict): z.infer<typeof certificateVerdictSchema> {
  const { admitted, cause, mend, expected, presented, kind, hints } = verdict
  return {
    admitted,
    cause: cause ?? null,
    mend: mend ?? null,
    expected: expected ?? null,
    presented: { ...presented },
    kind: kind ?? null,
    hints: [...hints],
  }
}
