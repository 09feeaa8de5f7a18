import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { IDENTITY_EVENTS } from '../../hub/identity-events.ts'
import { type Page as AnswerPage, useList } from '../../hub/list.ts'
import { useOverview } from '../../hub/overview.ts'
import { usePacedEach } from '../../hub/paced-each.ts'
import { may } from '../../hub/session.ts'
import { counted, formatNumber, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Badge } from '../../parts/badge.tsx'
import { Failure } from '../../parts/failure.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { navigate } from '../../router.ts'
import { NewService } from './new-service.tsx'
import { PolicyLinks } from './policy-links.tsx'
import type { ServiceAnswer } from './service-answers.ts'
import { SERVICES_TEXT } from './services-text.ts'

const REFRESH_MS = 15_000

/** Back ends that connect beside the devices. */
export function ServicesPage(_: PageProps) {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const list = useList((page) => api.get<AnswerPage<ServiceAnswer>>('api/services', page), [api])
  // It may have more than one connection: whether it is connected, the hub knows. It may be gone, too.
  const renew = usePacedEach(async (wanted) => {
    const fresh = await api.get<ServiceAnswer>(path('api/services', wanted)).catch(() => undefined)
    if (fresh) list.change((rows) => rows.map((row) => (row.name === fresh.name ? fresh : row)))
  })
  useEvents(IDENTITY_EVENTS, ({ data }) => {
    if (data.kind === 'service' && list.rows?.some(({ name }) => name === data.id)) renew(data.id)
  })
  const columns: readonly Column<ServiceAnswer>[] = [
    { id: 'name', title: words.name, draw: ({ name }) => <IdLink section="services" id={name} /> },
    { id: 'state', title: words.state, draw: (row) => <ServiceState service={row} /> },
    { id: 'policies', title: words.policies, draw: ({ policies }) => <PolicyLinks names={policies} /> },
    { id: 'created', title: words.created, draw: ({ createdAt }) => <Moment at={createdAt} /> },
  ]
  return (
    <Page
      title={words.title}
      state={list.rows && (list.isWhole ? <Online {...countOf(list.rows)} /> : <OnlineOfAll />)}
    >
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton />}
      {list.rows && (
        <Table
          label={words.title}
          columns={columns}
          rows={list.rows}
          keyOf={({ name }) => name}
          onOpen={({ name }) => navigate(['services', name])}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.empty}
        />
      )}
      {may('operate') && (
        <Section title={words.fresh}>
          <NewService />
        </Section>
      )}
    </Page>
  )
}

function countOf(rows: readonly ServiceAnswer[]): OnlineProps {
  return { connected: rows.filter(({ connected }) => connected).length, total: rows.length }
}

interface OnlineProps {
  readonly connected: number
  readonly total: number
}

function Online({ connected, total }: OnlineProps) {
  const words = read(SERVICES_TEXT)
  return <>{words.online(formatNumber(connected), counted(total, words.ofServices))}</>
}

/** Of more than are listed. */
function OnlineOfAll() {
  const { data } = useOverview(REFRESH_MS)
  return data ? <Online {...data.services} /> : null
}

function ServiceState({ service: { state, connected } }: { readonly service: ServiceAnswer }) {
  const { states } = read(SERVICES_TEXT)
  if (state === 'suspended') return <Badge tone="warn">{states.suspended}</Badge>
  return <Badge tone={connected ? 'good' : 'off'}>{connected ? states.online : states.offline}</Badge>
}
