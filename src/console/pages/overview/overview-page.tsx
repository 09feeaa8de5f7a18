import { CHECK_TEXT } from '../../codes/check-text.ts'
import { tellFinding } from '../../codes/finding-words.ts'
import { tell } from '../../codes/tell.ts'
import type { DeniedTopicAnswer, HistoryAnswer, OverviewAnswer, RefusalAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { useOverview } from '../../hub/overview.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { counted, formatNumber, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Answer } from '../../parts/answer.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { formatRoute } from '../../route.ts'
import { PendingNote } from '../enrolment/pending-note.tsx'
import { DeniedTopics } from './denied-topics.tsx'
import { ExpiryWeeks } from './expiry-weeks.tsx'
import { HubFacts } from './hub-facts.tsx'
import { LastRefusals } from './last-refusals.tsx'
import { LiveCharts } from './live-charts.tsx'
import { OVERVIEW_TEXT } from './overview-text.ts'

const REFRESH_MS = 10_000
// Of an hour a step is ten seconds, of a day it is five minutes.
const HISTORY_REFRESH_MS = { '1h': 10_000, '24h': 60_000 } as const
const SHOWN = 8

/** Whether everything is fine, and if not, what it is. */
export function OverviewPage({ route: { query } }: PageProps) {
  const { api } = useHub()
  const words = read(OVERVIEW_TEXT)
  const range = query['range'] === '24h' ? '24h' : '1h'
  const overview = useOverview(REFRESH_MS)
  const history = useLoad(
    () => api.get<HistoryAnswer>('api/overview/history', { range }),
    [range],
    HISTORY_REFRESH_MS[range],
  )
  const refusals = useLoad(() => api.get<ListPage<RefusalAnswer>>('api/diagnostics/refusals', { limit: SHOWN }), [])
  const denied = useLoad(
    () => api.get<ListPage<DeniedTopicAnswer>>('api/diagnostics/denied-topics', { limit: SHOWN }),
    [],
    REFRESH_MS,
  )
  useEvents(
    ['connection.refused'],
    usePaced(() => void refusals.reload()),
  )
  if (overview.problem?.code === 'unreachable' && !overview.data) {
    // Said once, not by each part of the page.
    const askAgain = (): void => {
      for (const asked of [overview, history, refusals, denied]) void asked.reload()
    }
    return (
      <Page title={words.title}>
        <Failure problem={overview.problem} onRetry={askAgain} />
      </Page>
    )
  }
  return (
    <Page
      title={words.title}
      state={overview.data && <StateSentence overview={overview.data} />}
      actions={
        may('operate') && (
          <a class="button main" href={formatRoute(['devices', 'add'])}>
            {words.addDevice}
          </a>
        )
      }
    >
      <PendingNote count={overview.data?.enrolments.pending} />
      <Answer of={overview}>{(data) => <Attention overview={data} />}</Answer>
      <Answer of={history} lines={8}>
        {(data) => <LiveCharts history={data} range={range} />}
      </Answer>
      <div class="columns">
        <div>
          <Section title={words.lastRefusals}>
            <Answer of={refusals}>{({ items }) => <LastRefusals refusals={items.slice(0, SHOWN)} />}</Answer>
          </Section>
        </div>
        <div>
          <Section title={words.deniedTopics}>
            <Answer of={denied}>{({ items }) => <DeniedTopics denied={items} />}</Answer>
          </Section>
          {overview.data && (
            <>
              <Section title={words.expiry}>
                <ExpiryWeeks weeks={overview.data.certificates.byWeek} />
              </Section>
              <Section title={words.process}>
                <HubFacts overview={overview.data} />
              </Section>
            </>
          )}
        </div>
      </div>
    </Page>
  )
}

function StateSentence({ overview }: { readonly overview: OverviewAnswer }) {
  const words = read(OVERVIEW_TEXT)
  const { devices, refusalsLastHour, certificates } = overview
  return (
    <>
      <a href={formatRoute(['devices'])}>
        {words.online(formatNumber(devices.connected), counted(devices.total, words.devices))}
      </a>{' '}
      <a href={formatRoute(['activity'])}>
        {refusalsLastHour === 0 ? words.noneRefused : `${counted(refusalsLastHour, words.refused)}.`}
      </a>{' '}
      <a href={formatRoute(['certificates'])}>
        {certificates.endingWithin30Days === 0
          ? words.noneEnding
          : `${counted(certificates.endingWithin30Days, words.ending)}.`}
      </a>
    </>
  )
}

function Finding({ found }: { readonly found: OverviewAnswer['findings'][number] }) {
  const { check, status } = found
  const { detail, mend } = tellFinding(found)
  return (
    <div class={`note ${status === 'failed' ? 'bad' : 'warn'}`}>
      <h3>{tell(CHECK_TEXT, check)}</h3>
      <p>{detail}</p>
      {/* The hub's own sentence of what has failed says it too. */}
      {status === 'failed' && mend && <p>{mend}</p>}
    </div>
  )
}

function Attention({ overview: { findings, devices } }: { readonly overview: OverviewAnswer }) {
  const words = read(OVERVIEW_TEXT)
  return (
    <>
      {findings.length > 0 && (
        <Section title={words.attention}>
          {findings.map((found) => (
            <Finding key={found.check} found={found} />
          ))}
        </Section>
      )}
      {devices.total === 0 && <p class="note">{words.noDevices}</p>}
    </>
  )
}
