import { useEffect, useRef, useState } from 'preact/hooks'
import UPlot from 'uplot'
import { formatMoment, formatTimeOfDay } from '../format.ts'
import { formatNumber, language, read } from '../language.ts'
import { isDark } from '../theme.ts'
import { PART_TEXT } from './part-text.ts'

export interface Line {
  readonly title: string
  /** As a variable of the theme. */
  readonly colour: '--accent' | '--good' | '--warn' | '--bad' | '--quiet'
  /** null: no data there, and no line. */
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly title: string
  /** Of the values: "messages per second". */
  readonly unit: string
  /** Unix seconds. */
  readonly at: readonly number[]
  readonly lines: readonly Line[]
  readonly format?: (value: number) => string
}

const HEIGHT = 200
const plain = (value: number): string => formatNumber(value, value < 10 ? 1 : 0)

/** One idea over time: named lines with their last value, or the same as a table. */
export function Chart({ title, unit, at, lines, format = plain }: ChartProps) {
  const [isTable, setTable] = useState(false)
  const words = read(PART_TEXT)
  return (
    <figure class="panel">
      <figcaption class="row spread">
        <span>
          <strong>{title}</strong> <small>{unit}</small>
        </span>
        <button type="button" class="plain" onClick={() => setTable(!isTable)}>
          {isTable ? words.asChart : words.asTable}
        </button>
      </figcaption>
      <p class="row">
        {lines.map((line) => (
          <small key={line.title} class="row">
            <Swatch colour={line.colour} /> {line.title} <strong>{lastOf(line.values, format)}</strong>
          </small>
        ))}
      </p>
      {isTable ? (
        <NumberTable at={at} lines={lines} format={format} />
      ) : (
        <Plot label={`${title}, ${unit}`} at={at} lines={lines} format={format} />
      )}
    </figure>
  )
}

function Swatch({ colour }: Pick<Line, 'colour'>) {
  return (
    <svg width="14" height="4" viewBox="0 0 14 4" aria-hidden="true">
      <rect width="14" height="4" rx="2" fill={`var(${colour})`} />
    </svg>
  )
}

function lastOf(values: Line['values'], format: (value: number) => string): string {
  const last = values.findLast((value) => value !== null)
  return last === undefined || last === null ? '' : format(last)
}

type Drawn = Required<Pick<ChartProps, 'at' | 'lines' | 'format'>>

function NumberTable({ at, lines, format }: Drawn) {
  return (
    <section
      class="list keeps-columns"
      aria-label={read(PART_TEXT).asTable}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{read(PART_TEXT).time}</th>
            {lines.map(({ title }) => (
              <th scope="col" class="number" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(at, lines).map(({ second, row }) => (
            <tr key={second}>
              <td class="prose">{formatMoment(new Date(second * 1000))}</td>
              {lines.map(({ title, values }) => {
                const value = values[row] ?? null
                return (
                  <td class="number" key={title}>
                    {value === null ? '' : format(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Those that say something, the newest first. */
function rowsOf(at: readonly number[], lines: readonly Line[]) {
  return at
    .map((second, row) => ({ second, row }))
    .filter(({ row }) => lines.some(({ values }) => typeof values[row] === 'number'))
    .toReversed()
}

function Plot({ label, at, lines, format }: Drawn & { readonly label: string }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const names = lines.map(({ title, colour }) => `${title} ${colour}`).join()
  // New data is handed to the plot that is there; names, theme and language make another.
  useEffect(() => {
    const element = place.current
    if (!element) return
    const made = new UPlot(optionsOf(element, lines, format), dataOf(at, lines), element)
    plot.current = made
    const follow = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    follow.observe(element)
    return () => {
      follow.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [names, isDark.value, language.value])
  useEffect(() => plot.current?.setData(dataOf(at, lines)), [at, lines])
  return <div ref={place} class="plot" role="img" aria-label={label} />
}

function dataOf(at: readonly number[], lines: readonly Line[]): UPlot.AlignedData {
  return [[...at], ...lines.map(({ values }) => [...values])]
}

/** `second` since 1970. */
function tellTick(second: number): string {
  return formatTimeOfDay(new Date(second * 1000))
}

// Told with as many digits as a value has, a step of 0.25 would be told as 0.3.
const STEPS = [0.1, ...Array.from({ length: 10 }, (_, power) => [0.2, 0.5, 1].map((step) => step * 10 ** power)).flat()]

/** What is counted has no halves. */
function stepsOf({ data: [, ...lines] }: Pick<UPlot, 'data'>): number[] {
  const isCounted = lines.every((values) => [...values].every((value) => Number.isInteger(value ?? 0)))
  return STEPS.filter((step) => step >= 1 || !isCounted)
}

function optionsOf(element: HTMLElement, lines: readonly Line[], format: (value: number) => string): UPlot.Options {
  const colours = getComputedStyle(document.documentElement)
  const colour = (name: string): string => colours.getPropertyValue(name).trim()
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(most, 1) * 1.1] } },
    axes: [
      { ...axis, size: 32, values: (_, ticks) => ticks.map(tellTick) },
      { ...axis, size: 56, incrs: stepsOf, values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...lines.map((line) => ({ label: line.title, stroke: colour(line.colour), width: 1.5, spanGaps: false })),
    ],
  }
}
