import type { z } from 'zod'
import type { newIdentityTokenSchema, shapeIdentityToken } from '../../../api/resources/identity-token.ts'

export type IdentityTokenAnswer = ReturnType<typeof shapeIdentityToken>
export type NewIdentityTokenAnswer = z.infer<typeof newIdentityTokenSchema>
