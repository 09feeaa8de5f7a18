import { tellRevocation } from '../../codes/reason-words.ts'
import { read } from '../../language.ts'
import { Copyable } from '../../parts/copy.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Moment } from '../../parts/moment.tsx'
import type { CertificateAnswer } from './certificate-answers.ts'
import { CertificateOwner } from './certificate-owner.tsx'
import { CertificateLife, CertificateState } from './certificate-table.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

export function CertificateFacts({ certificate }: { readonly certificate: CertificateAnswer }) {
  const words = read(CERTIFICATES_TEXT)
  const { kind, subjectId, state, fingerprint, serialNumber, subject, profile, notBefore, createdAt } = certificate
  const { firstSeenAt, retiresAt } = certificate
  return (
    <dl class="facts">
      <Fact name={words.owner}>
        <CertificateOwner kind={kind} id={subjectId} />
      </Fact>
      <Fact name={words.state}>
        <CertificateState state={state} />
      </Fact>
      <Fact name={words.life}>
        <CertificateLife certificate={certificate} />
      </Fact>
      <Fact name={words.fingerprint}>
        <Copyable text={fingerprint} length={48} />
      </Fact>
      {serialNumber && (
        <Fact name={words.serialNumber}>
          <Copyable text={serialNumber} length={48} />
        </Fact>
      )}
      {subject && <Fact name={words.subject}>{subject}</Fact>}
      {profile && <Fact name={words.profile}>{profile}</Fact>}
      {notBefore && (
        <Fact name={words.notBefore}>
          <Moment at={notBefore} />
        </Fact>
      )}
      <Fact name={words.issued}>
        <Moment at={createdAt} />
      </Fact>
      <Fact name={words.firstSeen}>{firstSeenAt ? <Moment at={firstSeenAt} /> : words.neverSeen}</Fact>
      {retiresAt && (
        <Fact name={words.retires}>
          <Moment at={retiresAt} />
        </Fact>
      )}
      <Revocation certificate={certificate} />
    </dl>
  )
}

function Revocation({ certificate: { revokedAt, revocationReason } }: { readonly certificate: CertificateAnswer }) {
  const words = read(CERTIFICATES_TEXT)
  if (revokedAt === null) return null
  return (
    <>
      <Fact name={words.revokedAt}>
        <Moment at={revokedAt} />
      </Fact>
      <Fact name={words.reason}>{tellRevocation(revocationReason ?? 'unspecified')}</Fact>
    </>
  )
}
