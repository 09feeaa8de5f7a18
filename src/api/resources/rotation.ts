import { z } from '@hono/zod-openapi'
import type { MemberState, Rotation, RotationMember, RotationState } from '../../registry/rotation/rotation.ts'
import type { RotationProgress } from '../../registry/rotation/rotations.ts'
import { pageQuery } from '../pagination.ts'
import { deviceIdSchema, userIdSchema } from './identifier.ts'
import { keyAlgorithmSchema } from './issued-certificate.ts'

const FASTEST = 60_000

const STATES = {
  running: 'running',
  paused: 'paused',
  cancelled: 'cancelled',
  finished: 'finished',
} as const satisfies { readonly [Name in RotationState]: Name }

const MEMBER_STATES = {
  waiting: 'waiting',
  told: 'told',
  renewed: 'renewed',
  connected: 'connected',
  late: 'late',
} as const satisfies { readonly [Name in MemberState]: Name }

const filterSchema = z.strictObject({
  deviceId: deviceIdSchema.optional(),
  userId: userIdSchema.optional(),
  expiresBefore: z.iso.datetime({ offset: true }).optional(),
  issuedBy: z.string().min(1).optional().openapi({ description: 'Certificate of the CA that issued them, PEM' }),
  keyAlgorithm: keyAlgorithmSchema.optional(),
})

export const rotationRequestSchema = z
  .strictObject({
    filter: filterSchema
      .extend({ all: z.literal(true).optional() })
      .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'Name whose, or {"all": true}')
      .openapi({ description: 'Devices whose certificate fits all that is named' }),
    perMinute: z.int().min(1).max(FASTEST).default(60).openapi({ description: 'Devices that are told in a minute' }),
    deadline: z.iso
      .datetime({ offset: true })
      .optional()
      .openapi({ description: 'When the older certificates end, renewed or not; none: at their own ends' }),
  })
  .openapi('RotationRequest')

export const rotationSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(STATES),
    filter: filterSchema.openapi({ description: 'Empty: every device' }),
    perMinute: z.int(),
    deadline: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime().openapi({ description: 'Certificates issued by then are the older ones' }),
    gathered: z.boolean().openapi({ description: 'Whether every device was looked at' }),
  })
  .openapi('Rotation')

export const rotationProgressSchema = rotationSchema
  .extend({
    progress: z
      .object({ waiting: z.int(), told: z.int(), renewed: z.int(), connected: z.int(), late: z.int() })
      .openapi({ description: 'Devices by state' }),
  })
  .openapi('RotationProgress')

export const rotationMemberSchema = z
  .object({
    deviceId: z.string(),
    state: z.enum(MEMBER_STATES).openapi({
      description:
        '`renewed`: it was issued a new certificate; `connected`: it has shown that one, and the older ones have ended; `late`: it has neither a new one nor an older one that is good',
    }),
    toldAt: z.iso.datetime().nullable(),
  })
  .openapi('RotationMember')

export const rotationMemberQuerySchema = z.object({ ...pageQuery, state: z.enum(MEMBER_STATES).optional() })

export function shapeRotation(rotation: Rotation): z.infer<typeof rotationSchema> {
  const { id, state, filter, perMinute, deadline, createdAt, gatheredTo } = rotation
  return {
    id,
    state,
    filter: { ...filter },
    perMinute,
    deadline: deadline?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    gathered: gatheredTo === undefined,
  }
}

export function shapeProgress(rotation: Rotation, progress: RotationProgress): z.infer<typeof rotationProgressSchema> {
  return { ...shapeRotation(rotation), progress: { ...progress } }
}

export function shapeMember({ deviceId, state, toldAt }: RotationMember): z.infer<typeof rotationMemberSchema> {
  return { deviceId, state, toldAt: toldAt?.toISOString() ?? null }
}
