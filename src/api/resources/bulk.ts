import { z } from '@hono/zod-openapi'
import type { DomainError } from '../../errors.ts'
import type { BulkOutcome, BulkRow, BulkWishes } from '../../registry/bulk-creation.ts'
import { exact } from '../exact.ts'
import { claimLink } from './claim.ts'
import { deviceIdSchema } from './identifier.ts'
import { deviceIssueSchema } from './issued-certificate.ts'

export const bulkQuerySchema = z.object({
  as: z
    .enum(['keys', 'claims'])
    .default('keys')
    .openapi({ description: 'Key and certificate, or a claim link, of each' }),
  onExisting: z.enum(['skip', 'rotate', 'replace', 'fail']).default('rotate').openapi({
    description: '`skip` leaves alone who has an active certificate (or an open claim): a file may then be sent again',
  }),
  dryRun: z
    .stringbool()
    .default(false)
    .openapi({ type: 'boolean', description: 'Keeps nothing, and tells what is wrong' }),
  expiresAt: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Of claim links' }),
})

/** A column of a table, or a member of a line, each. */
export const bulkRowSchema = deviceIssueSchema
  .omit({ profile: true, onExisting: true })
  .extend({
    deviceId: deviceIdSchema,
    csr: z.string().min(1).optional().openapi({ description: 'PKCS#10 as PEM: the key is only certified' }),
  })
  .strict()
  .openapi('BulkRow')

export const BULK_COLUMNS: readonly string[] = Object.keys(bulkRowSchema.shape)

export const bulkLineSchema = z
  .object({
    status: z.enum([
      'begun',
      'issued',
      'certified',
      'claimable',
      'skipped',
      'possible',
      'failed',
      'progress',
      'finished',
    ]),
    line: z.int().optional(),
    deviceId: z.string().optional(),
    clientCert: z.string().optional(),
    clientKey: z.string().optional().openapi({ description: 'Held nowhere else, told this once' }),
    fingerprint: z.string().optional(),
    notAfter: z.iso.datetime().optional(),
    link: z.string().optional(),
    expiresAt: z.iso.datetime().optional(),
    code: z.string().optional(),
    detail: z.string().optional(),
    caCert: z.string().optional(),
    brokerUrl: z.string().optional(),
    mqttSecurePort: z.int().optional(),
    counts: z.record(z.string(), z.int()).optional(),
  })
  .openapi('BulkLine')

export type BulkLine = z.infer<typeof bulkLineSchema>

export function readBulkWishes({ expiresAt, ...wishes }: z.infer<typeof bulkQuerySchema>): BulkWishes {
  return expiresAt === undefined ? wishes : { ...wishes, expiresAt: new Date(expiresAt) }
}

export function readBulkRow({ csr, ...row }: z.infer<typeof bulkRowSchema>): BulkRow {
  return exact(csr === undefined ? row : { ...row, request: Buffer.from(csr) })
}

/** What is told of the device of a row. */
export function shapeOutcome(outcome: BulkOutcome, origin: string): BulkLine {
  const { status } = outcome
  switch (status) {
    case 'issued':
      return { status, ...shapeIssue(outcome.issued.certificate), clientKey: outcome.issued.privateKeyPem }
    case 'certified':
      return { status, ...shapeIssue(outcome.certified.certificate) }
    case 'claimable': {
      const { claim, secret } = outcome.made
      return { status, link: claimLink(origin, secret), expiresAt: claim.expiresAt.toISOString() }
    }
    case 'skipped':
      return { status, ...shapeSkipped(outcome) }
    case 'possible':
      return { status }
  }
}

export function shapeFault({ code, message }: Pick<DomainError, 'code' | 'message'>): BulkLine {
  return { status: 'failed', code, detail: message }
}

function shapeSkipped({ certificate, hasKey }: Extract<BulkOutcome, { status: 'skipped' }>): Omit<BulkLine, 'status'> {
  if (!certificate) return {}
  const { clientCert, ...facts } = shapeIssue(certificate)
  return hasKey ? exact({ clientCert, ...facts }) : facts
}

interface IssueFacts {
  readonly pem: string | undefined
  readonly fingerprint: string
  readonly notAfter: Date | undefined
}

function shapeIssue({ pem, fingerprint, notAfter }: IssueFacts): Omit<BulkLine, 'status'> {
  return exact({ clientCert: pem, fingerprint, notAfter: notAfter?.toISOString() })
}
