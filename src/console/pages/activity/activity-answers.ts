import type { shapeAuditEntry, shapeAuditVerdict } from '../../../api/resources/audit.ts'

/** What the API answers, by the words of the API itself. */
export type AuditEntryAnswer = ReturnType<typeof shapeAuditEntry>
export type AuditVerdictAnswer = ReturnType<typeof shapeAuditVerdict>
