import type {
  shapeAdministratorCertificate,
  shapeAdministratorIssued,
} from '../../api/resources/administrator-certificate.ts'
import type { shapeToken } from '../../api/resources/api-token.ts'
import type { shapeAuditEntry, shapeAuditVerdict } from '../../api/resources/audit.ts'
import type {
  shapeAuthority,
  shapeAuthorityRotation,
  shapeFacts,
  shapeTrustAnchor,
} from '../../api/resources/authority.ts'
import type { shapeBan } from '../../api/resources/ban.ts'
import type { BulkLine } from '../../api/resources/bulk.ts'
import type { shapeHistory, shapeListed } from '../../api/resources/certificate.ts'
import type { shapeCertificateAuthority } from '../../api/resources/certificate-authority.ts'
import type { shapeClaim, shapeNewClaim } from '../../api/resources/claim.ts'
import type { shapeNewSignInLink } from '../../api/resources/console-session.ts'
import type { shapeDevice } from '../../api/resources/device.ts'
import type { shapeCheckup, shapeVerdict } from '../../api/resources/diagnosis.ts'
import type { shapeEnrolment } from '../../api/resources/enrolment.ts'
import type { shapeEnrolmentToken } from '../../api/resources/enrolment-token.ts'
import type { EventAnswer as EventShape } from '../../api/resources/event.ts'
import type { shapeExpiry } from '../../api/resources/expiry.ts'
import type { shapeIdentityToken } from '../../api/resources/identity-token.ts'
import type { shapeImportReport, shapeUndoReport } from '../../api/resources/import.ts'
import type { shapeIssued } from '../../api/resources/issued-certificate.ts'
import type { shapeModes } from '../../api/resources/mode.ts'
import type { shapePolicy } from '../../api/resources/policy.ts'
import type { shapeRefusal } from '../../api/resources/refusal.ts'
import type { shapeMember, shapeProgress, shapeRotation } from '../../api/resources/rotation.ts'
import type { shapeOwnCertificate, shapeServerIssued } from '../../api/resources/server-certificate.ts'
import type { shapeService } from '../../api/resources/service.ts'
import type { shapeSession } from '../../api/resources/session.ts'
import type { shapeDelivery, shapeOutcome, shapeWebhook } from '../../api/resources/webhook.ts'

/** What the API answers, by the words of the API itself. */
export type AdministratorCertificateAnswer = ReturnType<typeof shapeAdministratorCertificate>
export type AdministratorIssuedAnswer = ReturnType<typeof shapeAdministratorIssued>
export type AuditEntryAnswer = ReturnType<typeof shapeAuditEntry>
export type AuditVerdictAnswer = ReturnType<typeof shapeAuditVerdict>
export type AuthorityAnswer = ReturnType<typeof shapeAuthority>
export type AuthorityRotationAnswer = ReturnType<typeof shapeAuthorityRotation>
export type DependentAnswer = AuthorityRotationAnswer['items'][number]
export type FactsAnswer = ReturnType<typeof shapeFacts>
export type TrustAnchorAnswer = ReturnType<typeof shapeTrustAnchor>
export type DeviceAnswer = ReturnType<typeof shapeDevice>
export type BanAnswer = ReturnType<typeof shapeBan>
export type BulkAnswer = BulkLine
export type ClaimAnswer = ReturnType<typeof shapeClaim>
export type NewClaimAnswer = ReturnType<typeof shapeNewClaim>
export type NewSignInLinkAnswer = ReturnType<typeof shapeNewSignInLink>
export type CheckupAnswer = ReturnType<typeof shapeCheckup>
export type EventAnswer = EventShape
export type FindingAnswer = CheckupAnswer['checks'][number]
export type VerdictAnswer = ReturnType<typeof shapeVerdict>
export type CertificateAuthorityAnswer = ReturnType<typeof shapeCertificateAuthority>
export type CertificateAnswer = ReturnType<typeof shapeHistory>
export type ExpiryAnswer = ReturnType<typeof shapeExpiry>
export type EnrolmentAnswer = ReturnType<typeof shapeEnrolment>
export type EnrolmentTokenAnswer = ReturnType<typeof shapeEnrolmentToken>
export type IdentityTokenAnswer = ReturnType<typeof shapeIdentityToken>
export type ImportAnswer = Awaited<ReturnType<typeof shapeImportReport>>
export type ImportUndoAnswer = Awaited<ReturnType<typeof shapeUndoReport>>
export type ListedCertificateAnswer = ReturnType<typeof shapeListed>
export type IssuedAnswer = ReturnType<typeof shapeIssued>
export type ModesAnswer = ReturnType<typeof shapeModes>
export type OwnCertificateAnswer = ReturnType<typeof shapeOwnCertificate>
export type PolicyAnswer = ReturnType<typeof shapePolicy>
export type RefusalAnswer = ReturnType<typeof shapeRefusal>
export type RotationAnswer = ReturnType<typeof shapeRotation>
export type RotationMemberAnswer = ReturnType<typeof shapeMember>
export type RotationProgressAnswer = ReturnType<typeof shapeProgress>
export type ServerIssuedAnswer = ReturnType<typeof shapeServerIssued>
export type ServiceAnswer = ReturnType<typeof shapeService>
export type SessionAnswer = ReturnType<typeof shapeSession>
export type TokenAnswer = ReturnType<typeof shapeToken>
export type WebhookAnswer = ReturnType<typeof shapeWebhook>
export type WebhookDeliveryAnswer = ReturnType<typeof shapeDelivery>
export type WebhookOutcomeAnswer = ReturnType<typeof shapeOutcome>

export interface RevocationAnswer {
  readonly message: string
  readonly revokedAt: string
}
