import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { Invitation } from './invitation.tsx'
import type { ConsoleSessionAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

/** Who is signed in to the console, and how a colleague comes in. */
export function SignInTab() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const list = useList((page) => api.get<ListPage<ConsoleSessionAnswer>>('api/console-sessions', page), [])
  const columns: readonly Column<ConsoleSessionAnswer>[] = [
    { id: 'name', title: words.name, draw: ({ name }) => <strong>{name}</strong> },
    { id: 'role', title: words.role, draw: ({ role }) => words.roles[role] },
    { id: 'via', title: words.via, draw: ({ via }) => words.ways[via] },
    { id: 'since', title: words.since, draw: ({ createdAt }) => <Moment at={createdAt} /> },
    { id: 'used', title: words.lastUsed, draw: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
    {
      id: 'end',
      title: words.end,
      draw: ({ id, name }) => (
        <ActionButton
          label={words.endSession}
          tone="danger"
          consequence={words.endSessionTells(name)}
          act={async () => {
            await api.send('DELETE', path('api/console-sessions', id))
            list.reload()
            return undefined
          }}
        />
      ),
    },
  ]
  return (
    <>
      <Section title={words.invite}>
        <Invitation />
      </Section>
      <Section title={words.signedIn}>
        {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
        {list.rows === undefined && !list.problem && <Skeleton />}
        {list.rows && (
          <Table
            label={words.signedIn}
            columns={columns}
            rows={list.rows}
            keyOf={({ id }) => id}
            onMore={list.isWhole ? undefined : list.more}
            empty={words.nobodySignedIn}
          />
        )}
      </Section>
    </>
  )
}
