import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Badge } from '../../parts/badge.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment, now } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { NewToken } from './new-token.tsx'
import type { TokenAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

/** Bearer tokens for programs: which there are, a new one, and the end of one. */
export function TokensTab() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const list = useList((cursor) => api.get<ListPage<TokenAnswer>>('api/tokens', { cursor }), [])
  const columns: readonly Column<TokenAnswer>[] = [
    { id: 'name', title: words.name, draw: ({ name }) => <strong>{name}</strong> },
    { id: 'role', title: words.role, draw: ({ role }) => words.roles[role] },
    { id: 'state', title: words.state, draw: (token) => <TokenState token={token} /> },
    { id: 'used', title: words.lastUsed, draw: ({ lastUsedAt }) => momentOr(lastUsedAt, words.notUsed) },
    { id: 'expires', title: words.expires, draw: ({ expiresAt }) => momentOr(expiresAt, words.endless) },
    {
      id: 'revoke',
      title: words.end,
      draw: ({ id, name, revokedAt }) =>
        revokedAt === null && (
          <ActionButton
            label={words.revoke}
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
      <Section title={words.newToken}>
        <NewToken onMade={list.reload} />
      </Section>
    </>
  )
}

export function momentOr(at: string | null, word: string) {
  return at === null ? word : <Moment at={at} far="days" />
}

interface TokenStateProps {
  readonly token: Pick<TokenAnswer, 'revokedAt' | 'expiresAt'>
}

export function TokenState({ token: { revokedAt, expiresAt } }: TokenStateProps) {
  const words = read(SETTINGS_TEXT)
  if (revokedAt !== null) return <Badge tone="off">{words.isRevoked}</Badge>
  if (expiresAt !== null && Date.parse(expiresAt) <= now.value.getTime()) {
    return <Badge tone="off">{words.isExpired}</Badge>
  }
  return <Badge tone="good">{words.isValid}</Badge>
}
