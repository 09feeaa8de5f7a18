import type { z } from 'zod'
import type { shapeListed } from '../../api/resources/certificate.ts'
import type { shapeDeniedTopic } from '../../api/resources/denied-topic.ts'
import type { shapeDevice } from '../../api/resources/device.ts'
import type { deviceRowSchema } from '../../api/resources/device-row.ts'
import type { shapeCheckup, shapeDiaryEntry } from '../../api/resources/diagnosis.ts'
import type { shapeOverview, shapeHistory as shapeSeries } from '../../api/resources/overview.ts'
import type { shapeRefusal } from '../../api/resources/refusal.ts'
import type { shapeSession } from '../../api/resources/session.ts'

/** What the API answers, by the words of the API itself. */
export type CertificateAnswer = ReturnType<typeof shapeListed>
export type CheckupAnswer = ReturnType<typeof shapeCheckup>
export type DeniedTopicAnswer = ReturnType<typeof shapeDeniedTopic>
export type DeviceAnswer = ReturnType<typeof shapeDevice>
export type DeviceRowAnswer = z.infer<typeof deviceRowSchema>
export type DiaryEntryAnswer = ReturnType<typeof shapeDiaryEntry>
export type HistoryAnswer = ReturnType<typeof shapeSeries>
export type OverviewAnswer = ReturnType<typeof shapeOverview>
export type RefusalAnswer = ReturnType<typeof shapeRefusal>
export type SessionAnswer = ReturnType<typeof shapeSession>
