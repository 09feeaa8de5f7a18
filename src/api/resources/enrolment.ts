import { z } from '@hono/zod-openapi'
import type { Enrolment, EnrolmentState } from '../../registry/enrolment/enrolment.ts'
import { pageQuery } from '../pagination.ts'

const STATES = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
} as const satisfies { readonly [Name in EnrolmentState]: Name }

const enrolmentStateSchema = z.enum(STATES)

export const enrolmentQuerySchema = z.object({ ...pageQuery, state: enrolmentStateSchema.optional() })

export const enrolmentSchema = z
  .object({
    id: z.uuid(),
    state: enrolmentStateSchema,
    deviceId: z.string(),
    tokenId: z.string(),
    keyThumbprint: z.string().openapi({ description: 'SHA-256 of the public key in base64url: RFC 7638' }),
    csr: z.string().openapi({ description: 'PKCS#10, PEM' }),
    address: z.string(),
    requestedAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    lapsesAt: z.iso.datetime().openapi({ description: 'When it is forgotten, whatever its state' }),
  })
  .openapi('Enrolment')

export function shapeEnrolment(enrolment: Enrolment): z.infer<typeof enrolmentSchema> {
  const { id, state, deviceId, tokenId, keyThumbprint, request, address, requestedAt, decidedAt, lapsesAt } = enrolment
  const lines = request.replaceAll(/.{64}(?=.)/g, '$&\n')
  return {
    ...{ id, state, deviceId, tokenId, keyThumbprint, address },
    csr: ['-----BEGIN CERTIFICATE REQUEST-----', lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n'),
    requestedAt: requestedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    lapsesAt: lapsesAt.toISOString(),
  }
}
