import type { shapeAuthorityRotation } from '../../../api/resources/authority.ts'
import type { shapeAuthorityTree } from '../../../api/resources/authority-tree.ts'
import type { shapeListed } from '../../../api/resources/certificate.ts'
import type { shapeCertificateAuthority } from '../../../api/resources/certificate-authority.ts'
import type { shapeVerdict } from '../../../api/resources/diagnosis.ts'
import type { shapeExpiry } from '../../../api/resources/expiry.ts'
import type { shapeMember, shapeProgress, shapeRotation } from '../../../api/resources/rotation.ts'

export type CertificateAnswer = ReturnType<typeof shapeListed>
export type ExpiryAnswer = ReturnType<typeof shapeExpiry>
export type AuthorityAnswer = ReturnType<typeof shapeCertificateAuthority>
export type AuthorityTreeAnswer = ReturnType<typeof shapeAuthorityTree>
export type SigningAuthority = AuthorityTreeAnswer['current']
export type AuthorityRotationAnswer = ReturnType<typeof shapeAuthorityRotation>
export type DependentAnswer = AuthorityRotationAnswer['items'][number]
export type RotationAnswer = ReturnType<typeof shapeRotation>
export type RotationProgressAnswer = ReturnType<typeof shapeProgress>
export type RotationMemberAnswer = ReturnType<typeof shapeMember>
export type VerdictAnswer = ReturnType<typeof shapeVerdict>
