import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import type { NewIdentityTokenAnswer } from './identity-token-answers.ts'
import { IDENTITY_TOKENS_TEXT } from './identity-tokens-text.ts'
import { endAfter, type TokenLife, TokenLifeField } from './token-life.tsx'
import { TOKEN_TEXT } from './token-text.ts'

export interface NewIdentityTokenProps {
  /** Of the tokens, in the API. */
  readonly address: string
  /** Whose it will be. */
  readonly id: string
  readonly onMade: () => void
}

interface TokenWish {
  readonly life: TokenLife
}

const EMPTY: TokenWish = { life: '90' }

/** How long it is good; then the token itself, once. */
export function NewIdentityToken({ address, id, onMade }: NewIdentityTokenProps) {
  const { api } = useHub()
  const words = read(IDENTITY_TOKENS_TEXT)
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
        <TokenLifeField value={wish.life} onChange={(life) => change({ life })} />
      </div>
      <button type="submit" class="main" disabled={isBusy}>
        {read(TOKEN_TEXT).make}
      </button>
    </form>
  )
}
