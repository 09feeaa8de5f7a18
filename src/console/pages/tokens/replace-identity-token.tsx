import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import type { NewIdentityTokenAnswer } from './identity-token-answers.ts'
import { IDENTITY_TOKENS_TEXT } from './identity-tokens-text.ts'
import { endAfter, type TokenLife, TokenLifeField } from './token-life.tsx'

export interface ReplaceIdentityTokenProps {
  /** Of the tokens, in the API. */
  readonly address: string
  readonly id: string
  readonly onMade: (made: NewIdentityTokenAnswer) => void
}

/** Another token in the place of one, which stays good until the other is used. */
export function ReplaceIdentityToken({ address, id, onMade }: ReplaceIdentityTokenProps) {
  const { api } = useHub()
  const words = read(IDENTITY_TOKENS_TEXT)
  const [life, setLife] = useState<TokenLife>('90')
  return (
    <ActionButton
      label={words.replace}
      consequence={
        <>
          <p>{words.replaceTells}</p>
          <TokenLifeField value={life} onChange={setLife} />
        </>
      }
      act={async () => {
        const body = { expiresAt: endAfter(life) }
        onMade(await api.send<NewIdentityTokenAnswer>('POST', path(address, id, 'rotate'), body))
        return undefined
      }}
    />
  )
}
