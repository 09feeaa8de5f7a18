import { formatMoment } from '../../format.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { now } from '../../parts/moment.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { PolicyChoice } from '../policies/policy-choice.tsx'
import type { EnrolmentTokenAnswer, NewEnrolmentTokenAnswer } from './enrolment-answers.ts'
import { ENROLMENT_TEXT } from './enrolment-text.ts'

const HOUR_MS = 3_600_000
const LIVES = ['hour', 'day', 'week', 'month'] as const
const HOURS = { hour: 1, day: 24, week: 7 * 24, month: 30 * 24 } as const satisfies Record<Life, number>
const APPROVALS = ['no', 'yes'] as const
const ON_EXISTING = ['fail', 'rotate', 'replace'] as const satisfies readonly EnrolmentTokenAnswer['onExisting'][]

type Life = (typeof LIVES)[number]

interface TokenWish {
  readonly deviceId: string
  readonly userId: string
  readonly uses: string
  readonly life: Life
  readonly approval: (typeof APPROVALS)[number]
  readonly onExisting: (typeof ON_EXISTING)[number]
  readonly profile: string
  readonly policies: readonly string[]
}

const EMPTY: TokenWish = {
  deviceId: '',
  userId: '',
  uses: '1',
  life: 'day',
  approval: 'no',
  onExisting: 'fail',
  profile: '',
  policies: [],
}

/** For which ids, how often, how long, and with whose word; then the token itself, once. */
export function NewEnrolmentToken({ onMade }: { readonly onMade: () => void }) {
  const { api } = useHub()
  const words = read(ENROLMENT_TEXT)
  const { wish, change, made, problem, isBusy, submit } = useMaking(EMPTY, async (wished) => {
    const answer = await api.send<NewEnrolmentTokenAnswer>('POST', 'api/enrolment-tokens', bodyOf(wished, now.peek()))
    onMade()
    return answer
  })
  const text = (name: 'userId' | 'uses' | 'profile', label: string, hint: string) => (
    <TextField
      isOptional
      label={label}
      hint={hint}
      value={wish[name]}
      onChange={(value) => change({ [name]: value })}
    />
  )
  return (
    <form onSubmit={submit}>
      {problem && <Failure problem={problem} />}
      {made && <ShownOnce lead={words.tokenOnce(formatMoment(new Date(made.expiresAt)))} secret={made.token} />}
      <div class="columns">
        <TextField
          label={words.pattern}
          hint={words.patternHint}
          value={wish.deviceId}
          onChange={(deviceId) => change({ deviceId })}
        />
        {text('userId', words.user, words.userHint)}
        {text('uses', words.uses, words.usesHint)}
        <SelectField
          label={words.expires}
          choices={LIVES.map((value) => ({ value, label: words.lives[value] }))}
          value={wish.life}
          onChange={(life) => change({ life })}
        />
        <SelectField
          label={words.approval}
          choices={APPROVALS.map((value) => ({ value, label: words.approvals[value] }))}
          value={wish.approval}
          onChange={(approval) => change({ approval })}
        />
        <SelectField
          label={words.onExisting}
          choices={ON_EXISTING.map((value) => ({ value, label: words.onExistings[value] }))}
          value={wish.onExisting}
          onChange={(onExisting) => change({ onExisting })}
        />
        {text('profile', words.profile, words.profileHint)}
      </div>
      <PolicyChoice chosen={wish.policies} onChange={(policies) => change({ policies })} hint={words.policiesHint} />
      <button type="submit" class="main" disabled={isBusy}>
        {words.make}
      </button>
    </form>
  )
}

/** What is left empty is as the hub has it. */
function bodyOf({ deviceId, userId, uses, life, approval, onExisting, profile, policies }: TokenWish, at: Date) {
  return {
    deviceId: deviceId.trim(),
    ...(userId.trim() === '' ? {} : { userId: userId.trim() }),
    ...(uses.trim() === '' ? {} : { uses: Number(uses) }),
    expiresAt: new Date(at.getTime() + HOURS[life] * HOUR_MS).toISOString(),
    approval: approval === 'yes',
    onExisting,
    ...(profile.trim() === '' ? {} : { profile: profile.trim() }),
    policies,
  }
}
