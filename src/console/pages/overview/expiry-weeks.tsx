import { formatDay } from '../../format.ts'
import type { OverviewAnswer } from '../../hub/answers.ts'
import { formatNumber, read } from '../../language.ts'
import { formatRoute } from '../../route.ts'
import { OVERVIEW_TEXT } from './overview-text.ts'

type Week = OverviewAnswer['certificates']['byWeek'][number]

/** How many certificates end in each of the weeks to come. */
export function ExpiryWeeks({ weeks }: { readonly weeks: readonly Week[] }) {
  const words = read(OVERVIEW_TEXT)
  const most = Math.max(1, ...weeks.map(({ count }) => count))
  return (
    <div class="list keeps-columns">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.week}</th>
            <th scope="col" colSpan={2}>
              <a href={formatRoute(['certificates'])}>{words.certificates}</a>
            </th>
          </tr>
        </thead>
        <tbody>
          {weeks.map(({ from, count }) => (
            <tr key={from}>
              <td>{formatDay(new Date(from))}</td>
              <td>
                <progress max={most} value={count} aria-label={formatNumber(count)} />
              </td>
              <td class="number">{formatNumber(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
