import type { z } from 'zod'
import type { serviceIssuedSchema } from '../../../api/resources/issued-certificate.ts'
import type { shapeService } from '../../../api/resources/service.ts'

export type ServiceAnswer = ReturnType<typeof shapeService>
export type ServiceIssuedAnswer = z.infer<typeof serviceIssuedSchema>
