import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { endAfter, LIVES } from '../settings/new-token.tsx'
import { SETTINGS_TEXT } from '../settings/settings-text.ts'
import type { NewIdentityTokenAnswer } from './identity-token-answers.ts'
import { IDENTITY_TOKENS_TEXT } from './identity-tokens-text.ts'

export interface NewIdentityTokenProps {
  /** Of the tokens, in the API. */
  readonly address: string
  /** Whose it will be. */
  readonly id: string
  readonly onMade: () => void
}

interface TokenWish {
  /** In days. */
  readonly life: (typeof LIVES)[number]
}

const EMPTY: TokenWish = { life: '90' }

/** How long it is good; then the token itself, once. */
export function NewIdentityToken({ address, id, onMade }: NewIdentityTokenProps) {
  const { api } = useHub()
  const words = read(IDENTITY_TOKENS_TEXT)
  const common = read(SETTINGS_TEXT)
  const { wish, change, made, problem, isBusy, submit } = useMaking(EMPTY, async ({ life }) => {
    const answer = await api.send<NewIdentityTokenAnswer>('POST', address, { expiresAt: endAfter(life) })
    onMade()
    return answer
  })
  return (
    <form onSubmit={submit}>
      {problem && <Failure problem={problem} />}
      {made && <ShownOnce lead={words.once(id)} secret={made.token} />}
      <div class="columns">
        <SelectField
          label={common.expires}
          choices={LIVES.map((value) => ({ value, label: common.lives[value] }))}
          value={wish.life}
          onChange={(life) => change({ life })}
        />
      </div>
      <button type="submit" class="main" disabled={isBusy}>
        {common.makeToken}
      </button>
    </form>
  )
}
