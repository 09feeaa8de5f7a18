import { useState } from 'preact/hooks'
import { describe, expect, test } from 'vitest'
import { Table } from '../../../src/console/parts/table.tsx'
import { findVisibleRows } from '../../../src/console/parts/visible-rows.ts'
import { drawInDocument, fireEvent, waitFor } from '../../support/console/console-scene.tsx'

const ROW = 40
const SIGHT = { height: 800, rowHeight: ROW }

describe('of a list', () => {
  for (const { name, count, top, start, end } of [
    { name: 'none is drawn of none', count: 0, top: 0, start: 0, end: 0 },
    { name: 'all of 200 are drawn, wherever one has scrolled', count: 200, top: 4000, start: 0, end: 200 },
    { name: 'of 201 those in sight, and 20 below', count: 201, top: 0, start: 0, end: 40 },
    { name: 'of 10,000 those in sight, and 20 below', count: 10_000, top: 0, start: 0, end: 40 },
    { name: 'of 10,000 those in sight, and 20 on each side', count: 10_000, top: 5000 * ROW, start: 4980, end: 5040 },
    { name: 'of 10,000 the last, at the end', count: 10_000, top: 9980 * ROW, start: 9800, end: 10_000 },
    { name: 'of a list that became shorter the last', count: 300, top: 9980 * ROW, start: 100, end: 300 },
  ]) {
    test(name, () => {
      const before = start * ROW
      const after = (count - end) * ROW
      expect(findVisibleRows({ count, top, ...SIGHT })).toEqual({ start, end, before, after })
    })
  }

  test('of 10,000 rows never more than 250 are drawn, and never fewer than are in sight', () => {
    for (let top = 0; top <= 10_000 * ROW - SIGHT.height; top += 333) {
      const { start, end, before, after } = findVisibleRows({ count: 10_000, top, ...SIGHT })
      expect(end - start).toBeLessThanOrEqual(250)
      expect(before).toBeLessThanOrEqual(top)
      expect(end * ROW).toBeGreaterThanOrEqual(top + SIGHT.height)
      expect(before + (end - start) * ROW + after).toBe(10_000 * ROW)
    }
  })
})

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `board-${index}`)
const COLUMNS = [{ id: 'name', title: 'Name', draw: (name: string) => name }]

/** A table whose rows the reader changes, as a filter does. */
function Filtered({ counts, onMore }: { readonly counts: readonly number[]; readonly onMore?: () => void }) {
  const [turn, setTurn] = useState(0)
  return (
    <>
      <button type="button" onClick={() => setTurn(turn + 1)}>
        next filter
      </button>
      <Table
        label="Devices"
        columns={COLUMNS}
        rows={names(counts[turn % counts.length] ?? 0)}
        keyOf={(name) => name}
        empty="No device is called so."
        onMore={onMore}
      />
    </>
  )
}

const drawn = (): readonly (string | undefined)[] =>
  [...document.querySelectorAll<HTMLElement>('tr[data-index]')].map(({ dataset }) => dataset['index'])

// In a document without a layout nothing has a height.
function scrollListTo(top: number, scrollHeight: number): void {
  const list = document.querySelector('section.list')
  if (!list) throw new Error('no list is drawn')
  Object.defineProperties(list, {
    clientHeight: { value: SIGHT.height, configurable: true },
    scrollHeight: { value: scrollHeight, configurable: true },
  })
  list.scrollTop = top
  fireEvent.scroll(list)
}

describe('a table of 10,000 rows', () => {
  test('draws those in sight as it is scrolled, and gaps in place of the others', async () => {
    using _ = drawInDocument(<Filtered counts={[10_000]} />)
    expect(drawn()[0]).toBe('0')
    expect(drawn().length).toBeLessThanOrEqual(250)
    expect(document.querySelectorAll('tr.gap').length).toBe(1)
    expect(document.querySelector('table')?.getAttribute('aria-rowcount')).toBe('10001')
    await waitFor(() => {
      scrollListTo(185_000, 370_000)
      expect(drawn()).toContain('5000')
    })
    expect(drawn().length).toBeLessThanOrEqual(250)
    expect(document.querySelectorAll('tr.gap').length).toBe(2)
    expect(document.querySelector('tr[data-index="5000"]')?.getAttribute('aria-rowindex')).toBe('5002')
  })

  test('measures its rows, of which a phone draws higher ones', async () => {
    using _ = drawInDocument(<Filtered counts={[10_000]} />)
    for (const row of document.querySelectorAll('tr[data-index]')) {
      row.getBoundingClientRect = () => ({ height: 100 }) as DOMRect
    }
    await waitFor(() => {
      scrollListTo(500_000, 1_000_000)
      expect(drawn()).toContain('5000')
    })
  })

  test('asks for more rows near its end, and not before', async () => {
    let asked = 0
    const onMore = (): void => {
      asked += 1
    }
    using _ = drawInDocument(<Filtered counts={[10_000]} onMore={onMore} />)
    scrollListTo(0, 700)
    scrollListTo(185_000, 370_000)
    expect(asked).toBe(0)
    await waitFor(() => {
      scrollListTo(369_000, 370_000)
      expect(asked).toBeGreaterThan(0)
    })
  })
})

describe('a table that a filter has emptied', () => {
  test('follows the scrolling once it has rows again', async () => {
    using scene = drawInDocument(<Filtered counts={[0, 10_000]} />)
    await scene.says('No device is called so.')
    await scene.click('next filter')
    await waitFor(() => expect(drawn()).toContain('0'))
    await waitFor(() => {
      scrollListTo(185_000, 370_000)
      expect(drawn()).toContain('5000')
    })
  })

  test('begins at its first row again', async () => {
    using scene = drawInDocument(<Filtered counts={[10_000, 0]} />)
    await waitFor(() => {
      scrollListTo(185_000, 370_000)
      expect(drawn()).toContain('5000')
    })
    await scene.click('next filter')
    await scene.says('No device is called so.')
    await scene.click('next filter')
    await waitFor(() => expect(drawn()).toContain('0'))
  })
})
