import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { tokenColumns } from '../tokens/token-columns.tsx'
import { TOKEN_TEXT } from '../tokens/token-text.ts'
import { NewToken } from './new-token.tsx'
import type { TokenAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

/** Bearer tokens for programs: which there are, a new one, and the end of one. */
export function TokensTab() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const { end, revoke, fresh } = read(TOKEN_TEXT)
  const list = useList((page) => api.get<ListPage<TokenAnswer>>('api/tokens', page), [])
  const columns: readonly Column<TokenAnswer>[] = [
    { id: 'name', title: words.name, draw: ({ name }) => <strong>{name}</strong> },
    { id: 'role', title: words.role, draw: ({ role }) => words.roles[role] },
    ...tokenColumns<TokenAnswer>(),
    {
      id: 'revoke',
      title: end,
      draw: ({ id, name, revokedAt }) =>
        revokedAt === null && (
          <ActionButton
            label={revoke}
            tone="danger"
            consequence={words.revokeTells(name)}
            act={async () => {
              await api.send('DELETE', path('api/tokens', id))
              list.reload()
              return undefined
            }}
          />
        ),
    },
  ]
  return (
    <>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton />}
      {list.rows && (
        <Table
          label={words.tabs.tokens}
          columns={columns}
          rows={list.rows}
          keyOf={({ id }) => id}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.noTokens}
        />
      )}
      <Section title={fresh}>
        <NewToken onMade={list.reload} />
      </Section>
    </>
  )
}
