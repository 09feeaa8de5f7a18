import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { read } from '../../language.ts'
import { AreaField } from '../../parts/area-field.tsx'
import { Failure } from '../../parts/failure.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { navigate } from '../../router.ts'
import { PolicyChoice } from '../policies/policy-choice.tsx'
import type { ServiceAnswer } from './service-answers.ts'
import { SERVICES_TEXT } from './services-text.ts'

interface ServiceWish {
  readonly name: string
  readonly allow: string
  readonly policies: readonly string[]
}

const EMPTY: ServiceWish = { name: '', allow: '', policies: [] }

/** What it is called and what it may do; its page is where it gets a certificate. */
export function NewService() {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const { wish, change, problem, isBusy, submit } = useMaking(EMPTY, async ({ name, allow, policies }) => {
    const filters = allow.split(/\s+/).filter((filter) => filter !== '')
    const made = await api.send<ServiceAnswer>('POST', 'api/services', { name: name.trim(), allow: filters, policies })
    navigate(['services', made.name])
  })
  return (
    <form onSubmit={submit}>
      {problem && <Failure problem={problem} />}
      <div class="columns">
        <TextField
          label={words.nameField}
          hint={words.nameHint}
          value={wish.name}
          onChange={(name) => change({ name })}
        />
        <AreaField
          label={words.allow}
          hint={words.allowHint}
          value={wish.allow}
          onChange={(allow) => change({ allow })}
        />
      </div>
      <PolicyChoice chosen={wish.policies} onChange={(policies) => change({ policies })} hint={words.policiesHint} />
      <button type="submit" class="main" disabled={isBusy}>
        {words.create}
      </button>
    </form>
  )
}
