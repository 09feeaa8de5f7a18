import { formatMoment } from '../../format.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { TextField } from '../../parts/text-field.tsx'
import type { SignInLinkAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

const ROLES = ['auditor', 'operator', 'admin'] as const

interface InvitationWish {
  readonly name: string
  readonly role: (typeof ROLES)[number]
}

const EMPTY: InvitationWish = { name: '', role: 'operator' }

/** A link by which a colleague signs in, once. */
export function Invitation() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const { wish, change, made, problem, isBusy, submit } = useMaking(EMPTY, ({ name, role }) =>
    api.send<SignInLinkAnswer>('POST', 'api/sign-in-links', { name: name.trim(), role }),
  )
  return (
    <form onSubmit={submit}>
      {problem && <Failure problem={problem} />}
      {made && (
        <ShownOnce lead={words.linkOnce(made.name, formatMoment(new Date(made.expiresAt)))} secret={made.link} />
      )}
      <div class="columns">
        <TextField label={words.name} value={wish.name} onChange={(name) => change({ name })} />
        <SelectField
          label={words.role}
          choices={ROLES.map((value) => ({ value, label: words.roleHints[value] }))}
          value={wish.role}
          onChange={(role) => change({ role })}
        />
      </div>
      <button type="submit" class="main" disabled={isBusy}>
        {words.makeLink}
      </button>
    </form>
  )
}
