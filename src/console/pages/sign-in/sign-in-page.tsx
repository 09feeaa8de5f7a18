import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { type Problem, toProblem } from '../../hub/problem.ts'
import { signIn } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { Page } from '../../parts/page.tsx'
import { SIGN_IN_TEXT } from './sign-in-text.ts'

export interface SignInPageProps {
  /** Of the link that led here. */
  readonly secret: string | undefined
}

/** In the place of every page while nobody is signed in. A link waits for a button: what merely opens links uses none up. */
export function SignInPage({ secret }: SignInPageProps) {
  const { api } = useHub()
  const [problem, setProblem] = useState<Problem>()
  const [token, setToken] = useState('')
  const [isBusy, setBusy] = useState(false)
  const words = read(SIGN_IN_TEXT)
  const enter = async (proof: { readonly link: string } | { readonly token: string }): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      await signIn(api, proof)
    } catch (error) {
      setProblem(toProblem(error))
      setBusy(false)
    }
  }
  return (
    <main class="sign-in">
      <Page title={words.title}>
        {problem && <Failure problem={problem} />}
        {secret !== undefined && (
          <div class="note">
            <p>{problem ? words.linkEnded : words.byLink}</p>
            {!problem && (
              <button type="button" class="main" disabled={isBusy} onClick={() => enter({ link: secret })}>
                {words.goByLink}
              </button>
            )}
          </div>
        )}
        <p>{words.lead}</p>
        <p>
          <small>{words.linkCommand}</small>
          <pre>signet console-link</pre>
        </p>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void enter({ token: token.trim() })
          }}
        >
          <label class="field">
            <span>{words.byToken}</span>
            <input
              type="password"
              autocomplete="off"
              required
              value={token}
              onInput={({ currentTarget }) => setToken(currentTarget.value)}
            />
            <small>{words.tokenHint}</small>
          </label>
          <button type="submit" class="main" disabled={isBusy}>
            {words.go}
          </button>
        </form>
        <p class="quiet">{words.certificate}</p>
      </Page>
    </main>
  )
}
