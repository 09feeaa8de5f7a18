import type {
  shapeAdministratorCertificate,
  shapeAdministratorIssued,
} from '../../api/resources/administrator-certificate.ts'
import type { shapeToken } from '../../api/resources/api-token.ts'
import type { shapeAuthority, shapeFacts, shapeRotation, shapeTrustAnchor } from '../../api/resources/authority.ts'
import type { shapeBan } from '../../api/resources/ban.ts'
import type { shapeHistory, shapeListed } from '../../api/resources/certificate.ts'
import type { shapeCertificateAuthority } from '../../api/resources/certificate-authority.ts'
import type { shapeDevice } from '../../api/resources/device.ts'
import type { shapeCheckup, shapeVerdict } from '../../api/resources/diagnosis.ts'
import type { shapeIdentityToken } from '../../api/resources/identity-token.ts'
import type { shapeImportReport, shapeUndoReport } from '../../api/resources/import.ts'
import type { shapeIssued } from '../../api/resources/issued-certificate.ts'
import type { shapePolicy } from '../../api/resources/policy.ts'
import type { shapeRefusal } from '../../api/resources/refusal.ts'
import type { shapeOwnCertificate, shapeServerIssued } from '../../api/resources/server-certificate.ts'
import type { shapeService } from '../../api/resources/service.ts'
import type { shapeSession } from '../../api/resources/session.ts'

/** What the API answers, by the words of the API itself. */
export type AdministratorCertificateAnswer = ReturnType<typeof shapeAdministratorCertificate>
export type AdministratorIssuedAnswer = ReturnType<typeof shapeAdministratorIssued>
export type AuthorityAnswer = ReturnType<typeof shapeAuthority>
export type FactsAnswer = ReturnType<typeof shapeFacts>
export type RotationAnswer = ReturnType<typeof shapeRotation>
export type DependentAnswer = RotationAnswer['items'][number]
export type TrustAnchorAnswer = ReturnType<typeof shapeTrustAnchor>
export type DeviceAnswer = ReturnType<typeof shapeDevice>
export type BanAnswer = ReturnType<typeof shapeBan>
export type CheckupAnswer = ReturnType<typeof shapeCheckup>
export type FindingAnswer = CheckupAnswer['checks'][number]
export type VerdictAnswer = ReturnType<typeof shapeVerdict>
export type CertificateAuthorityAnswer = ReturnType<typeof shapeCertificateAuthority>
export type CertificateAnswer = ReturnType<typeof shapeHistory>
export type IdentityTokenAnswer = ReturnType<typeof shapeIdentityToken>
export type ImportAnswer = ReturnType<typeof shapeImportReport>
export type ImportUndoAnswer = ReturnType<typeof shapeUndoReport>
export type ListedCertificateAnswer = ReturnType<typeof shapeListed>
export type IssuedAnswer = ReturnType<typeof shapeIssued>
export type OwnCertificateAnswer = ReturnType<typeof shapeOwnCertificate>
export type PolicyAnswer = ReturnType<typeof shapePolicy>
export type RefusalAnswer = ReturnType<typeof shapeRefusal>
export type ServerIssuedAnswer = ReturnType<typeof shapeServerIssued>
export type ServiceAnswer = ReturnType<typeof shapeService>
export type SessionAnswer = ReturnType<typeof shapeSession>
export type TokenAnswer = ReturnType<typeof shapeToken>

export interface RevocationAnswer {
  readonly message: string
  readonly revokedAt: string
}
