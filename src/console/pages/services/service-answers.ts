import type { z } from 'zod'
import type { newIdentityTokenSchema, shapeIdentityToken } from '../../../api/resources/identity-token.ts'
import type { serviceIssuedSchema } from '../../../api/resources/issued-certificate.ts'
import type { shapeService } from '../../../api/resources/service.ts'

export type ServiceAnswer = ReturnType<typeof shapeService>
export type ServiceIssuedAnswer = z.infer<typeof serviceIssuedSchema>
export type IdentityTokenAnswer = ReturnType<typeof shapeIdentityToken>
export type NewIdentityTokenAnswer = z.infer<typeof newIdentityTokenSchema>
