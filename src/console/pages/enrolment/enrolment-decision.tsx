import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import type { EnrolmentAnswer } from './enrolment-answers.ts'
import { ENROLMENT_TEXT } from './enrolment-text.ts'

export interface EnrolmentDecisionProps {
  readonly enrolment: EnrolmentAnswer
  readonly onDecide: (verb: 'approve' | 'reject') => Promise<void>
}

/** Yes, or no; a yes can be taken back until the certificate is there. */
export function EnrolmentDecision({ enrolment, onDecide }: EnrolmentDecisionProps) {
  const words = read(ENROLMENT_TEXT)
  const { deviceId, address, keyThumbprint, state } = enrolment
  const act = (verb: 'approve' | 'reject') => async (): Promise<undefined> => {
    await onDecide(verb)
  }
  return (
    <span class="row">
      <ActionButton
        label={words.approve}
        isOffered={state === 'pending'}
        consequence={
          <>
            <p>{words.approveTells(deviceId, address)}</p>
            <pre>{keyThumbprint}</pre>
          </>
        }
        act={act('approve')}
      />
      <ActionButton
        label={words.reject}
        tone="danger"
        isOffered={state !== 'rejected'}
        consequence={words.rejectTells(deviceId)}
        act={act('reject')}
      />
    </span>
  )
}
