import { formatNumber, read } from '../../language.ts'
import { Table } from '../../parts/table.tsx'
import { POLICIES_TEXT } from './policies-text.ts'
import type { PolicyAnswer } from './policy-answers.ts'
import { actionsOf } from './policy-draft.ts'

/** The rules for whoever may not change them. */
export function RuleTable({ policy: { rules, clientId } }: { readonly policy: PolicyAnswer }) {
  const words = read(POLICIES_TEXT)
  return (
    <>
      <Table
        label={words.rules}
        columns={[
          { id: 'number', title: '№', isNumber: true, draw: ({ number }) => formatNumber(number) },
          { id: 'effect', title: words.effect, draw: ({ effect }) => words.effects[effect] },
          { id: 'actions', title: words.actions, draw: ({ actions }) => words.actionsOf[actionsOf(actions)] },
          {
            id: 'filter',
            title: words.topicFilter,
            isRest: true,
            isProse: true,
            draw: ({ topicFilter }) => <code>{topicFilter}</code>,
          },
        ]}
        rows={rules.map((rule, index) => ({ ...rule, number: index + 1 }))}
        keyOf={({ number }) => String(number)}
        empty={words.noRules}
      />
      <p>
        {words.clientId}: {words.clientIds[clientId]}
      </p>
    </>
  )
}
