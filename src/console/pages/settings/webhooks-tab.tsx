import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { formatNumber, read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
import { DeadLetters } from './dead-letters.tsx'
import { NewWebhook } from './new-webhook.tsx'
import type { WebhookAnswer } from './settings-answers.ts'
import { SETTINGS_TEXT } from './settings-text.ts'
import { WebhookActions } from './webhook-actions.tsx'
import { WebhookBody } from './webhook-body.tsx'

export interface WebhooksTabProps {
  /** The id of the one whose body and dead letters are shown. */
  readonly opened: string | undefined
}

/** Who is told of events and messages, and what could not be told. */
export function WebhooksTab({ opened }: WebhooksTabProps) {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const list = useList((page) => api.get<ListPage<WebhookAnswer>>('api/webhooks', page), [])
  useEvents(['webhook.dead_lettered'], usePaced(list.reload))
  const openedRow = list.rows?.find(({ id }) => id === opened)
  const columns: readonly Column<WebhookAnswer>[] = [
    {
      id: 'name',
      title: words.name,
      draw: ({ id, name, target }) => (
        <a href={formatRoute(['settings'], { tab: 'webhooks', webhook: id })} title={target}>
          {name || target}
        </a>
      ),
    },
    { id: 'target', title: words.target, draw: ({ target }) => <code>{target}</code> },
    { id: 'told', title: words.toldOf, draw: (webhook) => toldOf(webhook) },
    {
      id: 'state',
      title: words.state,
      draw: ({ state }) => <Badge tone={state === 'active' ? 'good' : 'off'}>{words.webhookStates[state]}</Badge>,
    },
    { id: 'pending', title: words.pending, isNumber: true, draw: ({ pending }) => formatNumber(pending) },
    {
      id: 'dead',
      title: words.dead,
      isNumber: true,
      draw: ({ id, dead }) => {
        const link = <a href={formatRoute(['settings'], { tab: 'webhooks', webhook: id })}>{formatNumber(dead)}</a>
        return dead === 0 ? link : <Badge tone="bad">{link}</Badge>
      },
    },
    ...(may('administer')
      ? [
          {
            id: 'act',
            title: words.act,
            draw: (webhook: WebhookAnswer) => <WebhookActions webhook={webhook} onDone={list.reload} />,
          },
        ]
      : []),
  ]
  return (
    <>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton />}
      {list.rows && (
        <Table
          label={words.tabs.webhooks}
          columns={columns}
          rows={list.rows}
          keyOf={({ id }) => id}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.noWebhooks}
        />
      )}
      {openedRow && may('administer') && (
        <Section title={words.body}>
          <WebhookBody key={`${openedRow.id} ${openedRow.format}`} webhook={openedRow} onDone={list.reload} />
        </Section>
      )}
      {opened !== undefined && (
        <Section title={words.deadLetters}>
          <DeadLetters key={opened} webhook={opened} onDone={list.reload} />
        </Section>
      )}
      {may('administer') && (
        <Section title={words.newWebhook}>
          <NewWebhook onMade={list.reload} />
        </Section>
      )}
    </>
  )
}

function toldOf({ events, topicFilters }: WebhookAnswer) {
  const told = [...events, ...topicFilters].join(', ')
  return <span title={told}>{told}</span>
}
