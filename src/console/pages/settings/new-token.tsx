import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { endAfter, type TokenLife, TokenLifeField } from '../tokens/token-life.tsx'
import { TOKEN_TEXT } from '../tokens/token-text.ts'
import type { NewTokenAnswer, TokenAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

const ROLES = ['auditor', 'operator', 'admin', 'validator'] as const satisfies readonly TokenAnswer['role'][]

interface TokenWish {
  readonly name: string
  readonly role: (typeof ROLES)[number]
  readonly life: TokenLife
}

const EMPTY: TokenWish = { name: '', role: 'auditor', life: '90' }

/** Who it is for, what it may do, how long; then the token itself, once. */
export function NewToken({ onMade }: { readonly onMade: () => void }) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const { wish, change, made, problem, isBusy, submit } = useMaking(EMPTY, async ({ name, role, life }) => {
    const expiresAt = endAfter(life)
    const answer = await api.send<NewTokenAnswer>('POST', 'api/tokens', { name: name.trim(), role, expiresAt })
    onMade()
    return answer
  })
  return (
    <form onSubmit={submit}>
      {problem && <Failure problem={problem} />}
      {made && <ShownOnce lead={words.tokenOnce} secret={made.token} />}
      <div class="columns">
        <TextField
          label={words.name}
          hint={words.tokenNameHint}
          value={wish.name}
          onChange={(name) => change({ name })}
        />
        <SelectField
          label={words.role}
          choices={ROLES.map((value) => ({ value, label: words.roleHints[value] }))}
          value={wish.role}
          onChange={(role) => change({ role })}
        />
        <TokenLifeField value={wish.life} onChange={(life) => change({ life })} />
      </div>
      <button type="submit" class="main" disabled={isBusy}>
        {read(TOKEN_TEXT).make}
      </button>
    </form>
  )
}
