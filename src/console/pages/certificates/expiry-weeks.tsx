import { useState } from 'preact/hooks'
import { formatDay } from '../../format.ts'
import type { OverviewAnswer } from '../../hub/answers.ts'
import { useOverview } from '../../hub/overview.ts'
import { formatNumber, language, read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { Table } from '../../parts/table.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

type Weeks = OverviewAnswer['certificates']['byWeek']

// The hub counts them anew every 30 s.
const EVERY_MS = 60_000

/** When certificates end that nothing replaces: a bar a week, or the same as a table. */
export function ExpiryWeeks() {
  const words = read(CERTIFICATES_TEXT)
  const parts = read(PART_TEXT)
  const [isTable, setTable] = useState(false)
  const overview = useOverview(EVERY_MS)
  return (
    <figure class="panel weeks">
      <figcaption class="row spread">
        <span>
          <strong>{words.weeks}</strong> <small>{words.weeksUnit}</small>
        </span>
        <button type="button" class="plain" onClick={() => setTable(!isTable)}>
          {isTable ? parts.asChart : parts.asTable}
        </button>
      </figcaption>
      <Answer of={overview} lines={3}>
        {({ certificates: { byWeek } }) => (isTable ? <WeekTable weeks={byWeek} /> : <WeekBars weeks={byWeek} />)}
      </Answer>
    </figure>
  )
}

function WeekBars({ weeks }: { readonly weeks: Weeks }) {
  const most = Math.max(1, ...weeks.map(({ count }) => count))
  const day = new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'short' })
  return (
    <ol>
      {weeks.map(({ from, count }) => (
        <li key={from} title={`${read(CERTIFICATES_TEXT).week} ${formatDay(new Date(from))}: ${formatNumber(count)}`}>
          <small>{formatNumber(count)}</small>
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <rect y={1 - count / most} width="1" height={count / most} />
          </svg>
          <small class="date">{day.format(new Date(from))}</small>
        </li>
      ))}
    </ol>
  )
}

function WeekTable({ weeks }: { readonly weeks: Weeks }) {
  const words = read(CERTIFICATES_TEXT)
  return (
    <Table
      label={words.weeks}
      columns={[
        { id: 'week', title: words.week, draw: ({ from }) => formatDay(new Date(from)) },
        { id: 'count', title: words.count, isNumber: true, draw: ({ count }) => formatNumber(count) },
      ]}
      rows={weeks}
      keyOf={({ from }) => from}
      keepsColumns
    />
  )
}
