import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Badge } from '../../parts/badge.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Failure } from '../../parts/failure.tsx'
import { AUTHORITY_TEXT } from './authority-text.ts'
import type { AuthorityAnswer } from './certificate-answers.ts'

export interface AuthorityKeyProps {
  readonly authority: AuthorityAnswer
  readonly onChange: (authority: AuthorityAnswer) => void
}

/** Whether the key of the CA signs, where it lies, and how it is locked and unlocked. */
export function AuthorityKey({ authority, onChange }: AuthorityKeyProps) {
  const { api } = useHub()
  const words = read(AUTHORITY_TEXT)
  const { state, cause, keyStore, encrypted, keyAlgorithm } = authority
  const isLocked = state === 'locked'
  const lock = async (): Promise<undefined> => {
    onChange(await api.send<AuthorityAnswer>('POST', 'api/ca/lock'))
  }
  return (
    <>
      <dl class="facts">
        <Fact name={words.key}>
          <Badge tone={isLocked ? 'bad' : 'good'}>{isLocked ? words.locked : words.unlocked}</Badge>
        </Fact>
        <Fact name={words.keptIn}>{words.keyStores[keyStore]}</Fact>
        <Fact name={words.protection}>{words.protections[encrypted ? 'yes' : 'no']}</Fact>
        <Fact name={words.algorithm}>{keyAlgorithm}</Fact>
      </dl>
      {cause && <p class="note bad">{cause.detail}</p>}
      {may('administer') && isLocked && <UnlockForm onChange={onChange} />}
      {may('administer') && !isLocked && encrypted && (
        <ActionButton label={words.lock} tone="danger" consequence={words.lockConsequence} act={lock} />
      )}
    </>
  )
}

function UnlockForm({ onChange }: Pick<AuthorityKeyProps, 'onChange'>) {
  const { api } = useHub()
  const words = read(AUTHORITY_TEXT)
  const [passphrase, setPassphrase] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [isBusy, setBusy] = useState(false)
  const unlock = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      onChange(await api.send<AuthorityAnswer>('POST', 'api/ca/unlock', passphrase === '' ? {} : { passphrase }))
    } catch (error) {
      setProblem(toProblem(error))
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void unlock()
      }}
    >
      {problem && <Failure problem={problem} />}
      <label class="field">
        <span>{words.passphrase}</span>
        <input
          type="password"
          autocomplete="off"
          value={passphrase}
          onInput={({ currentTarget }) => setPassphrase(currentTarget.value)}
        />
        <small>{words.passphraseHint}</small>
      </label>
      <button type="submit" class="main" disabled={isBusy}>
        {words.unlock}
      </button>
    </form>
  )
}
