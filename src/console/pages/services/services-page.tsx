import type { OverviewAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page as AnswerPage, useList } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { may } from '../../hub/session.ts'
import { counted, formatNumber, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Badge } from '../../parts/badge.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
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
  const overview = useLoad(() => api.get<OverviewAnswer>('api/overview'), [api], REFRESH_MS)
  const list = useList((cursor) => api.get<AnswerPage<ServiceAnswer>>('api/services', { cursor }), [api])
  useEvents(['identity.suspended', 'identity.resumed'], ({ type, data }) => {
    const state = type === 'identity.suspended' ? 'suspended' : 'active'
    if (data.kind !== 'service') return
    list.change((rows) => rows.map((row) => (row.name === data.id ? { ...row, state } : row)))
  })
  const columns: readonly Column<ServiceAnswer>[] = [
    { id: 'name', title: words.name, draw: ({ name }) => <a href={formatRoute(['services', name])}>{name}</a> },
    { id: 'state', title: words.state, draw: ({ state }) => <ServiceState state={state} /> },
    { id: 'policies', title: words.policies, draw: ({ policies }) => <PolicyLinks names={policies} /> },
    { id: 'created', title: words.created, draw: ({ createdAt }) => <Moment at={createdAt} /> },
  ]
  const { services } = overview.data ?? {}
  return (
    <Page
      title={words.title}
      state={services && words.online(formatNumber(services.connected), counted(services.total, words.ofServices))}
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

function ServiceState({ state }: Pick<ServiceAnswer, 'state'>) {
  return <Badge tone={state === 'active' ? 'good' : 'warn'}>{read(SERVICES_TEXT).states[state]}</Badge>
}
