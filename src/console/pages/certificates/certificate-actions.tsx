import { useState } from 'preact/hooks'
import { tellRevocation } from '../../codes/reason-words.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import type { CertificateAnswer } from './certificate-answers.ts'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

export interface CertificateActionsProps {
  readonly certificate: CertificateAnswer
  /** Told what happened. */
  readonly onDone: (told: string) => void
}

/** What its state allows: to let in, to hold, to revoke. */
export function CertificateActions({ certificate, onDone }: CertificateActionsProps) {
  const { api } = useHub()
  const words = read(CERTIFICATES_TEXT)
  const { fingerprint, state, kind } = certificate
  const isOfClient = kind === 'device' || kind === 'service'
  if (!isOfClient && !may('administer')) return null
  const post = (verb: 'approve' | 'reject' | 'hold' | 'unhold', told: string) => async (): Promise<undefined> => {
    await api.send('POST', path('api/certificates', fingerprint, verb))
    onDone(told)
  }
  const canEnd = state === 'active' || state === 'not_yet_valid' || state === 'superseded'
  return (
    <section class="danger-zone" aria-label={words.actions}>
      <div class="row">
        {state === 'pending' && (
          <>
            <ActionButton label={words.approve} tone="main" act={post('approve', words.approved)} />
            <ActionButton
              label={words.reject}
              tone="danger"
              consequence={words.rejectConsequence}
              act={post('reject', words.rejected)}
            />
          </>
        )}
        {state === 'held' && <ActionButton label={words.unhold} act={post('unhold', words.released)} />}
        {canEnd && (
          <ActionButton
            label={words.hold}
            tone="danger"
            consequence={words.holdConsequence}
            act={post('hold', words.held)}
          />
        )}
        {(canEnd || state === 'held') && <RevokeButton certificate={certificate} onDone={onDone} />}
      </div>
    </section>
  )
}

const REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const

function RevokeButton({ certificate, onDone }: CertificateActionsProps) {
  const { api } = useHub()
  const words = read(CERTIFICATES_TEXT)
  const [reason, setReason] = useState<(typeof REASONS)[number]>('unspecified')
  const { kind, subjectId } = certificate
  const revoke = async (): Promise<undefined> => {
    await api.send('DELETE', `${addressOf(certificate)}?${new URLSearchParams({ reason })}`)
    onDone(words.revoked)
  }
  return (
    <ActionButton
      label={words.revoke}
      tone="danger"
      consequence={
        <>
          <p>{kind === 'server' ? words.revokeServerConsequence : words.revokeConsequence(subjectId)}</p>
          <SelectField
            label={words.reason}
            choices={REASONS.map((value) => ({ value, label: tellRevocation(value) }))}
            value={reason}
            onChange={setReason}
          />
        </>
      }
      act={revoke}
    />
  )
}

/** Where it is revoked: of a client or an administrator all that they have, of a server this one. */
function addressOf({ kind, subjectId, fingerprint }: CertificateAnswer): string {
  if (kind === 'device') return path('api/devices/certificates', subjectId)
  if (kind === 'service') return path('api/services', subjectId, 'certificates')
  if (kind === 'administrator') return path('api/admin-certificates', subjectId)
  return path('api/server-certificates', fingerprint)
}
