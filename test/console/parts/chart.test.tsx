import { useState } from 'preact/hooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Chart, type ChartProps } from '../../../src/console/parts/chart.tsx'
import { isDark } from '../../../src/console/theme.ts'
import { drawInDocument, screen, waitFor } from '../../support/console/console-scene.tsx'

const AT = [1_780_000_000, 1_780_000_060, 1_780_000_120]
const DATA: ChartProps = {
  title: 'Messages',
  unit: 'per second',
  at: AT,
  lines: [
    { title: 'in', colour: '--accent', values: [1, null, 4] },
    { title: 'out', colour: '--good', values: [null, null, null] },
  ],
}
const NEWER: Partial<ChartProps> = {
  lines: [
    { title: 'in', colour: '--accent', values: [1, null, 5000] },
    { title: 'out', colour: '--good', values: [2] },
  ],
}

// What was drawn with, and how wide: there is no paper in this document.
let strokes: Set<unknown>
let resize: () => void

beforeEach(() => {
  strokes = new Set()
  const paper = new Proxy(
    {},
    {
      get: () => () => ({ width: 0 }),
      set: (_, name, value) => {
        if (name === 'strokeStyle') strokes.add(value)
        return true
      },
    },
  )
  vi.spyOn(Object.getPrototypeOf(document.createElement('canvas')), 'getContext').mockReturnValue(paper)
  vi.spyOn(Object.getPrototypeOf(document.createElement('div')), 'clientWidth', 'get').mockReturnValue(640)
  vi.stubGlobal(
    'ResizeObserver',
    class extends ResizeObserver {
      constructor(listen: ResizeObserverCallback) {
        super(listen)
        resize = () => listen([], this)
      }
    },
  )
  document.documentElement.style.setProperty('--accent', 'blue')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  document.documentElement.style.removeProperty('--accent')
  isDark.value = false
})

const plot = () => waitFor(() => document.querySelector<HTMLElement>('.uplot') ?? Promise.reject(new Error('no plot')))

function Changing({ from = DATA, changes }: { readonly from?: ChartProps; readonly changes: Partial<ChartProps> }) {
  const [data, set] = useState(from)
  return (
    <>
      <Chart {...data} />
      <button type="button" onClick={() => set({ ...data, ...changes })}>
        change
      </button>
    </>
  )
}

test('a chart is named, and tells the last value of each line that has one', async () => {
  using scene = drawInDocument(<Chart {...DATA} />)
  expect(screen.getByRole('img', { name: 'Messages, per second' })).toBeTruthy()
  expect(scene.text()).toContain('in 4')
  expect(scene.text()).toMatch(/out $/)
  await plot()
  await waitFor(() => expect(strokes).toContain('blue'))
})

test('new data is handed to the plot that is there, whose axis goes from nothing to above the highest', async () => {
  let ticks: number[] = []
  const format = (value: number): string => {
    ticks.push(value)
    return `${value} ms`
  }
  using scene = drawInDocument(<Changing from={{ ...DATA, format }} changes={NEWER} />)
  const before = await plot()
  await waitFor(() => expect(ticks).toEqual(expect.arrayContaining([0, 4])))
  expect(Math.max(...ticks)).toBeLessThan(5)
  ticks = []
  await scene.click('change')
  await scene.says('in 5000 ms')
  await scene.says('out 2 ms')
  await waitFor(() => expect(ticks).toEqual(expect.arrayContaining([0, 4000])))
  expect(await plot()).toBe(before)
})

test('another theme draws anew, in its colours', async () => {
  using _ = drawInDocument(<Chart {...DATA} />)
  const before = await plot()
  document.documentElement.style.setProperty('--accent', 'lightblue')
  isDark.value = true
  await waitFor(async () => expect(await plot()).not.toBe(before))
  await waitFor(() => expect(strokes).toContain('lightblue'))
  expect(document.querySelectorAll('.uplot').length).toBe(1)
})

test('other lines draw anew', async () => {
  using scene = drawInDocument(
    <Changing changes={{ lines: [{ title: 'refused', colour: '--bad', values: [1, 2, 3] }] }} />,
  )
  const before = await plot()
  await scene.click('change')
  await waitFor(async () => expect(await plot()).not.toBe(before))
})

test('a chart is as wide as its place', async () => {
  using _ = drawInDocument(<Chart {...DATA} />)
  const width = () => document.querySelector<HTMLElement>('.u-wrap')?.style.width
  await waitFor(() => expect(width()).toBe('640px'))
  vi.spyOn(Object.getPrototypeOf(document.createElement('div')), 'clientWidth', 'get').mockReturnValue(320)
  resize()
  await waitFor(() => expect(width()).toBe('320px'))
})

for (const { values, digits } of [
  { values: [0.5, 1], digits: 1 },
  { values: [1, 1], digits: 0 },
]) {
  test(`an axis for ${values} has no ticks with more than ${digits} digits, which would be told as other values`, async () => {
    const ticks: number[] = []
    const format = (value: number): string => {
      ticks.push(value)
      return String(value)
    }
    using _ = drawInDocument(<Chart {...DATA} lines={[{ title: 'in', colour: '--accent', values }]} format={format} />)
    await waitFor(() => expect(ticks).toEqual(expect.arrayContaining([0, 1])))
    expect(ticks.map((tick) => Number(tick.toFixed(digits)))).toEqual(ticks.map((tick) => Number(tick.toFixed(9))))
  })
}

test('the same is read as a table, the newest first, and seen as a chart again', async () => {
  using scene = drawInDocument(<Chart {...DATA} />)
  await plot()
  await scene.click('Show as table')
  await waitFor(() => expect(document.querySelector('.uplot')).toBeNull())
  expect(screen.getAllByRole('columnheader').map(({ textContent }) => textContent)).toEqual(['Time', 'in', 'out'])
  const rows = screen
    .getAllByRole('row')
    .map((row) => [...row.querySelectorAll('td.number')].map((cell) => cell.textContent))
  expect(rows).toEqual([[], ['4', ''], ['1', '']])
  await scene.click('Show as chart')
  await plot()
})
