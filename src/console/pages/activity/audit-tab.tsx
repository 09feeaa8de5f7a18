import { ACTION_TEXT } from '../../codes/action-text.ts'
import { tellProblemCode } from '../../codes/problem-words.ts'
import { tell } from '../../codes/tell.ts'
import { FRAME_TEXT } from '../../frame-text.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Chips } from '../../parts/chips.tsx'
import { Failure } from '../../parts/failure.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { Moment, now } from '../../parts/moment.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
import { refine } from '../../router.ts'
import type { AuditEntryAnswer } from './activity-answers.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { AuditChain } from './audit-chain.tsx'
import type { TabProps } from './refusals-tab.tsx'

const DAY_MS = 86_400_000
const PERIODS: Readonly<Record<string, number>> = { '1d': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS }

/** Who changed what, from where, and what came of it. */
export function AuditTab({ query: { q, action, period } }: TabProps) {
  const { api } = useHub()
  const words = read(ACTIVITY_TEXT)
  const list = useList(
    (page) => api.get<ListPage<AuditEntryAnswer>>('api/audit', { q, action, since: beginningOf(period), ...page }),
    [q, action, period],
  )
  const columns: readonly Column<AuditEntryAnswer>[] = [
    {
      id: 'action',
      title: words.action,
      draw: (entry) => (
        <a title={entry.action} href={formatRoute(['activity'], { tab: 'audit', q, period, action: entry.action })}>
          {tell(ACTION_TEXT, entry.action)}
        </a>
      ),
    },
    { id: 'object', title: words.object, draw: ({ object }) => <span title={object}>{object}</span> },
    { id: 'actor', title: words.who, draw: (entry) => <Actor entry={entry} /> },
    { id: 'result', title: words.result, draw: ({ result }) => <Result result={result} /> },
    { id: 'at', title: words.at, draw: ({ at }) => <Moment at={at} /> },
    { id: 'address', title: words.address, draw: ({ surface, address }) => `${address} ${surface}` },
  ]
  const periods = Object.keys(PERIODS).map((value) => ({ value, label: words.periods[value] ?? value }))
  return (
    <>
      <AuditChain />
      <FilterField label={words.findAudit} value={q} onChange={(value) => refine({ q: value })} />
      <Chips label={words.period} choices={periods} chosen={period} onChoose={(value) => refine({ period: value })} />
      {action && (
        <Chips
          label={words.action}
          choices={[{ value: action, label: tell(ACTION_TEXT, action) }]}
          chosen={action}
          onChoose={(value) => refine({ action: value })}
        />
      )}
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && !list.problem && <Skeleton lines={8} />}
      {list.rows && (
        <Table
          label={words.tabs.audit}
          columns={columns}
          rows={list.rows}
          keyOf={(entry) => String(entry.number)}
          view={`${q} ${action} ${period}`}
          onMore={list.isWhole ? undefined : list.more}
          empty={q || action || period ? words.noneFound : words.noAudit}
        />
      )}
    </>
  )
}

function beginningOf(period: string | undefined): string | undefined {
  const length = period === undefined ? undefined : PERIODS[period]
  return length === undefined ? undefined : new Date(now.peek().getTime() - length).toISOString()
}

function Result({ result }: Pick<AuditEntryAnswer, 'result'>) {
  const words = read(ACTIVITY_TEXT)
  return result === 'done' ? (
    <Badge tone="good">{words.done}</Badge>
  ) : (
    <Badge tone="bad">{tellProblemCode(result)}</Badge>
  )
}

/** `token:ID NAME`, `session:ID NAME`, `administrator:NAME`, `local` or `hub`: by name, and whole on hover. */
function Actor({ entry: { actor, role } }: { readonly entry: AuditEntryAnswer }) {
  const name = actor.replace(/^(?:(?:token|session):\S+ |administrator:)/, '')
  return <span title={actor}>{role === null ? name : `${name}, ${read(FRAME_TEXT).roles[role] ?? role}`}</span>
}
