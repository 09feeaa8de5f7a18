import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useLoad } from '../../hub/load.ts'
import { toProblem } from '../../hub/problem.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Answer } from '../../parts/answer.tsx'
import { Page } from '../../parts/page.tsx'
import { formatRoute } from '../../route.ts'
import { navigate } from '../../router.ts'
import { POLICIES_TEXT } from './policies-text.ts'
import { BUILT_IN_POLICY, type PolicyAnswer } from './policy-answers.ts'
import { PolicyEditor } from './policy-editor.tsx'
import { PolicyWords } from './policy-words.tsx'
import { RuleTable } from './rule-table.tsx'

/** One policy: its rules, to be read or written. */
export function PolicyPage({ route }: PageProps) {
  const { api } = useHub()
  const words = read(POLICIES_TEXT)
  const [, name = ''] = route.path
  const isNew = 'new' in route.query
  // A name that is taken leads to the policy that has it: nothing is written over unseen.
  const ask = (): Promise<PolicyAnswer> =>
    api.get<PolicyAnswer>(path('api/policies', name)).catch((error: unknown) => {
      if (isNew && toProblem(error).code === 'policy_not_found') return { name, rules: [], clientId: 'own' }
      throw error
    })
  const policy = useLoad(ask, [api, name])
  const isBuiltIn = name === BUILT_IN_POLICY
  const remove = async (): Promise<undefined> => {
    await api.send('DELETE', path('api/policies', name))
    navigate(['policies'])
  }
  return (
    <Page title={name} state={isBuiltIn && words.builtInMeaning}>
      <p>
        <a href={formatRoute(['policies'])}>{words.back}</a>
      </p>
      <Answer of={policy}>
        {(found) =>
          may('administer') ? <PolicyEditor key={name} policy={found} isNew={isNew} /> : <RuleTable policy={found} />
        }
      </Answer>
      <PolicyWords />
      {may('administer') && !isBuiltIn && !isNew && policy.data && (
        <section class="danger-zone" aria-label={words.deleteTitle}>
          <ActionButton label={words.deletePolicy} tone="danger" consequence={words.deleteConsequence} act={remove} />
        </section>
      )}
    </Page>
  )
}
