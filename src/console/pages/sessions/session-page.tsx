import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { useLoad } from '../../hub/load.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Answer } from '../../parts/answer.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Table } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
import type { SessionAnswer } from './session-answers.ts'
import { SessionEnd } from './session-end.tsx'
import { SessionFacts } from './session-facts.tsx'
import { SESSIONS_TEXT } from './sessions-text.ts'

const EVERY_MS = 10_000

/** One session: who, from where, what it listens to and what waits for it. */
export function SessionPage({ route }: PageProps) {
  const { api } = useHub()
  const words = read(SESSIONS_TEXT)
  const [, clientId = ''] = route.path
  const [outcome, setOutcome] = useState<string>()
  const session = useLoad(() => api.get<SessionAnswer>(path('api/sessions', clientId)), [api, clientId], EVERY_MS)
  const follow = usePaced(() => void session.reload())
  useEvents(['device.connected', 'device.disconnected'], ({ data }) => {
    if (data.clientId === clientId) follow()
  })
  const isGone = session.problem?.code === 'session_not_found'
  const state = session.data && (session.data.connected ? words.stateLive : words.stateWaiting)
  const tell = (told: string): void => {
    setOutcome(told)
    void session.reload()
  }
  return (
    <Page title={clientId} state={isGone ? words.gone : state}>
      {outcome !== undefined && (
        <p class="note good" role="status">
          {outcome}
        </p>
      )}
      <p>
        <a href={formatRoute(['sessions'])}>{words.back}</a>
      </p>
      {!isGone && (
        <Answer of={session}>
          {(found) => (
            <>
              <SessionFacts session={found} />
              <Subscriptions subscriptions={found.subscriptions} />
              {may('operate') && <SessionEnd clientId={clientId} onEnd={tell} />}
            </>
          )}
        </Answer>
      )}
    </Page>
  )
}

function Subscriptions({ subscriptions }: Pick<SessionAnswer, 'subscriptions'>) {
  const words = read(SESSIONS_TEXT)
  return (
    <Section title={words.subscriptions}>
      <Table
        label={words.subscriptions}
        columns={[
          { id: 'filter', title: words.topicFilter, draw: ({ topicFilter }) => <code>{topicFilter}</code> },
          { id: 'qos', title: words.qos, isNumber: true, draw: ({ qos }) => qos },
        ]}
        rows={subscriptions}
        keyOf={({ topicFilter }) => topicFilter}
        empty={words.noSubscriptions}
        keepsColumns
      />
    </Section>
  )
}
