import type { HistoryAnswer } from '../../hub/answers.ts'
import { read } from '../../language.ts'
import { Chart } from '../../parts/chart.tsx'
import { Chips } from '../../parts/chips.tsx'
import { refine } from '../../router.ts'
import { OVERVIEW_TEXT } from './overview-text.ts'

export interface LiveChartsProps {
  readonly history: HistoryAnswer
  readonly range: '1h' | '24h'
}

/** What the hub did lately, one idea a chart. */
export function LiveCharts({ history: { at, series }, range }: LiveChartsProps) {
  const words = read(OVERVIEW_TEXT)
  return (
    <>
      <Chips
        label={words.range}
        choices={(['1h', '24h'] as const).map((value) => ({ value, label: words.ranges[value] }))}
        chosen={range}
        onChoose={(value) => refine({ range: value === '24h' ? value : undefined })}
      />
      <div class="columns">
        <Chart
          title={words.messages}
          unit={words.perSecond}
          at={at}
          lines={[
            { title: words.messagesIn, colour: '--accent', values: series.messagesIn },
            { title: words.messagesOut, colour: '--good', values: series.messagesOut },
          ]}
        />
        <Chart
          title={words.connections}
          unit={words.perSecond}
          at={at}
          lines={[
            { title: words.connects, colour: '--accent', values: series.connects },
            { title: words.refusals, colour: '--bad', values: series.refusals },
          ]}
        />
        <Chart
          title={words.connected}
          unit={words.clients}
          at={at}
          lines={[{ title: words.connected, colour: '--good', values: series.connected }]}
        />
        <Chart
          title={words.delay}
          unit={words.milliseconds}
          at={at}
          lines={[{ title: words.delayLine, colour: '--warn', values: series.eventLoopDelayP99 }]}
        />
      </div>
    </>
  )
}
