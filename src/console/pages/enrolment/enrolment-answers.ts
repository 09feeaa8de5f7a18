import type { z } from 'zod'
import type { shapeEnrolment } from '../../../api/resources/enrolment.ts'
import type { newEnrolmentTokenSchema, shapeEnrolmentToken } from '../../../api/resources/enrolment-token.ts'

export type EnrolmentAnswer = ReturnType<typeof shapeEnrolment>
export type EnrolmentTokenAnswer = ReturnType<typeof shapeEnrolmentToken>
export type NewEnrolmentTokenAnswer = z.infer<typeof newEnrolmentTokenSchema>
