import { useState } from 'preact/hooks'
import { tellCause } from '../../codes/refusal-words.ts'
import type { RefusalAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { Chips } from '../../parts/chips.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { refine } from '../../router.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { FreshButton } from './fresh-button.tsx'
import { RefusalTable } from './refusal-table.tsx'

/** As many as the API hands out at once. */
const ROWS = 500
/** Of the causes, the most frequent: a filter has to fit above its list. */
const CAUSES = 6

export interface TabProps {
  readonly query: Readonly<Record<string, string>>
}

/** Who was turned away since the hub was started, why, and what mends it. */
export function RefusalsTab({ query: { q, cause } }: TabProps) {
  const { api } = useHub()
  const words = read(ACTIVITY_TEXT)
  const [waiting, setWaiting] = useState(0)
  const refusals = useLoad(() => api.get<ListPage<RefusalAnswer>>('api/diagnostics/refusals', { limit: ROWS }), [])
  useEvents(['connection.refused'], () => setWaiting((before) => before + 1))
  const show = async (): Promise<void> => {
    setWaiting(0)
    await refusals.reload()
  }
  return (
    <>
      <FilterField label={words.findRefusal} value={q} onChange={(value) => refine({ q: value })} />
      <FreshButton waiting={waiting} onShow={show} />
      <Answer of={refusals} lines={8}>
        {({ items }) => (
          <>
            <Chips
              label={words.cause}
              choices={frequentCauses(items, cause).map(([value, count]) => ({
                value,
                label: `${tellCause(value)} ${formatNumber(count)}`,
              }))}
              chosen={cause}
              onChoose={(value) => refine({ cause: value })}
            />
            <RefusalTable
              refusals={items.filter((refusal) => fits(refusal, q, cause))}
              empty={items.length === 0 ? words.noRefusals : words.noneFound}
            />
            {items.length === ROWS && <small>{counted(ROWS, words.newestOnly)}</small>}
          </>
        )}
      </Answer>
    </>
  )
}

/** With how often they came; the one that is chosen is always among them. */
function frequentCauses(refusals: readonly RefusalAnswer[], chosen: string | undefined): readonly [string, number][] {
  const counts = new Map<string, number>()
  for (const { cause, count } of refusals) counts.set(cause, (counts.get(cause) ?? 0) + count)
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .filter(([cause], place) => place < CAUSES || cause === chosen)
}

function fits(refusal: RefusalAnswer, q = '', cause: string | undefined): boolean {
  if (cause !== undefined && refusal.cause !== cause) return false
  const { address, surface, presented } = refusal
  const told = [refusal.cause, tellCause(refusal.cause), address, surface, ...Object.values(presented ?? {})]
  return told.some((text) => text.toLowerCase().includes(q.toLowerCase()))
}
