import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { formatNumber, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import type { DeliveryAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'

export interface DeadLettersProps {
  /** Its id. */
  readonly webhook: string
  readonly onDone: () => void
}

/** What its target has not taken in all attempts. */
export function DeadLetters({ webhook, onDone }: DeadLettersProps) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const address = path('api/webhooks', webhook, 'deliveries')
  const list = useList((page) => api.get<ListPage<DeliveryAnswer>>(address, { state: 'dead', ...page }), [webhook])
  useEvents(['webhook.dead_lettered'], usePaced(list.reload))
  const decide = async (method: 'POST' | 'DELETE', delivery: string): Promise<undefined> => {
    await api.send(method, delivery)
    list.reload()
    onDone()
  }
  const columns: readonly Column<DeliveryAnswer>[] = [
    { id: 'event', title: words.event, draw: ({ event }) => <strong>{event}</strong> },
    { id: 'at', title: words.at, draw: ({ createdAt }) => <Moment at={createdAt} /> },
    { id: 'attempts', title: words.attempts, isNumber: true, draw: ({ attempts }) => formatNumber(attempts) },
    { id: 'error', title: words.error, draw: ({ error }) => error && <span title={error}>{error}</span> },
    ...(may('operate')
      ? [
          {
            id: 'act',
            title: words.act,
            draw: ({ id }: DeliveryAnswer) => (
              <span class="row">
                <ActionButton label={words.retry} act={() => decide('POST', path(address, id, 'retry'))} />
                <ActionButton
                  label={words.drop}
                  tone="danger"
                  consequence={words.dropTells}
                  act={() => decide('DELETE', path(address, id))}
                />
              </span>
            ),
          },
        ]
      : []),
  ]
  return (
    <>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows && (
        <Table
          label={words.deadLetters}
          columns={columns}
          rows={list.rows}
          keyOf={({ id }) => id}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.noDeadLetters}
        />
      )}
    </>
  )
}
