import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { SETTINGS_TEXT } from '../settings/settings-text.ts'
import { momentOr, TokenState } from '../settings/tokens-tab.tsx'
import { NewServiceToken } from './new-service-token.tsx'
import type { IdentityTokenAnswer } from './service-answers.ts'
import { SERVICES_TEXT } from './services-text.ts'

/** MQTT passwords of a service: which there are, a new one, and the end of one. */
export function ServiceTokens({ name }: { readonly name: string }) {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const common = read(SETTINGS_TEXT)
  const address = path('api/services', name, 'tokens')
  const list = useList((cursor) => api.get<ListPage<IdentityTokenAnswer>>(address, { cursor }), [api, address])
  const revoke = async (id: string): Promise<undefined> => {
    await api.send('DELETE', path(address, id))
    list.reload()
  }
  const columns: readonly Column<IdentityTokenAnswer>[] = [
    { id: 'id', title: words.tokenId, draw: ({ id }) => <Copyable text={id} /> },
    { id: 'state', title: words.state, draw: (token) => <TokenState token={token} /> },
    { id: 'created', title: words.made, draw: ({ createdAt }) => <Moment at={createdAt} /> },
    { id: 'used', title: common.lastUsed, draw: ({ lastUsedAt }) => momentOr(lastUsedAt, common.notUsed) },
    { id: 'expires', title: common.expires, draw: ({ expiresAt }) => momentOr(expiresAt, common.endless) },
    ...(may('operate')
      ? [
          {
            id: 'end',
            title: common.end,
            draw: ({ id, revokedAt }: IdentityTokenAnswer) =>
              revokedAt === null && (
                <ActionButton
                  label={common.revoke}
                  tone="danger"
                  consequence={words.revokeTokenTells}
                  act={() => revoke(id)}
                />
              ),
          },
        ]
      : []),
  ]
  return (
    <>
      <p class="quiet">{words.tokensLead}</p>
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
      {may('operate') && (
        <Section title={common.newToken}>
          <NewServiceToken name={name} onMade={list.reload} />
        </Section>
      )}
    </>
  )
}
