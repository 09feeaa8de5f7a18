import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { describe, expect, test } from 'vitest'
import { type Order, Table, type TableProps } from '../../../src/console/parts/table.tsx'
import { drawInDocument, fireEvent, screen, waitFor } from '../../support/console/console-scene.tsx'

interface Device {
  readonly id: string
  readonly messages: number
}

const ROWS: readonly Device[] = [
  { id: 'board-1', messages: 10 },
  { id: 'board-2', messages: 20 },
]

const COLUMNS: TableProps<Device>['columns'] = [
  { id: 'id', title: 'Id', isSortable: true, draw: ({ id }) => <a href={`#/devices/${id}`}>{id}</a> },
  { id: 'messages', title: 'Messages', isSortable: true, isNumber: true, draw: ({ messages }) => messages },
  {
    id: 'act',
    title: 'Act',
    draw: ({ id }) => (
      <dialog open>
        <p>{`Revoke ${id}?`}</p>
      </dialog>
    ),
  },
]

function draw(props: Partial<TableProps<Device>> = {}) {
  return drawInDocument(<Table label="Devices" columns={COLUMNS} rows={ROWS} keyOf={({ id }) => id} {...props} />)
}

const sorts = () => screen.getAllByRole('columnheader').map((head) => head.getAttribute('aria-sort'))

describe('a table', () => {
  test('tells its name, its rows and their places to readers of screens', () => {
    using _ = draw()
    expect(screen.getByRole('region', { name: 'Devices' }).tabIndex).toBe(0)
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('3')
    const [, first, second] = screen.getAllByRole('row')
    expect(first?.textContent).toContain('board-1')
    expect(second?.getAttribute('aria-rowindex')).toBe('3')
    expect(first?.querySelector('td.first')?.textContent).toBe('board-1')
    expect(first?.querySelector('td.number')?.textContent).toBe('10')
    // A phone shows no head: there it says what the number counts.
    expect(first?.querySelector('td.number')?.getAttribute('data-title')).toBe('Messages')
  })

  test('says what is to be said in place of rows, or stays empty', () => {
    using said = draw({ rows: [], empty: 'No device yet.' })
    expect(said.text()).toBe('No device yet.')
    said[Symbol.dispose]()
    using _ = draw({ rows: [], keepsColumns: true })
    expect(screen.getAllByRole('row').length).toBe(1)
    expect(screen.getByRole('region').classList.contains('keeps-columns')).toBe(true)
  })

  test('is shown from its beginning when its filters or its order are others, and stays where it is when rows change', async () => {
    const shown = signal<Partial<TableProps<Device>>>({ view: 'all' })
    function Page() {
      return <Table label="Devices" columns={COLUMNS} rows={ROWS} keyOf={({ id }) => id} {...shown.value} />
    }
    using _ = drawInDocument(<Page />)
    const list = screen.getByRole('region')
    for (const change of [{ view: 'online' }, { order: { by: 'id', direction: 'desc' } as const }]) {
      list.scrollTop = 300
      shown.value = { ...shown.value, ...change }
      await waitFor(() => expect(list.scrollTop).toBe(0))
    }
    list.scrollTop = 300
    shown.value = { ...shown.value, rows: ROWS.toReversed() }
    await waitFor(() => expect(screen.getAllByRole('row')[1]?.textContent).toContain('board-2'))
    expect(list.scrollTop).toBe(300)
  })

  test('offers more rows where there are more', async () => {
    let asked = 0
    using scene = draw({
      onMore: () => {
        asked += 1
      },
    })
    await scene.says('2 rows, more below')
    await scene.click('Show more')
    expect(asked).toBe(1)
  })
})

describe('the order of a table', () => {
  test('is told, and asked for by the head of a column: upwards first, then turned', async () => {
    const asked: Order[] = []
    const onOrder = (order: Order): void => void asked.push(order)
    using up = draw({ order: { by: 'id', direction: 'asc' }, onOrder })
    expect(sorts()).toEqual(['ascending', 'none', null])
    await up.click(/^Id/)
    await up.click('Messages')
    up[Symbol.dispose]()
    using down = draw({ order: { by: 'id', direction: 'desc' }, onOrder })
    expect(sorts()).toEqual(['descending', 'none', null])
    await down.says('sorted downwards')
    await down.click(/^Id/)
    expect(asked).toEqual([
      { by: 'id', direction: 'desc' },
      { by: 'messages', direction: 'asc' },
      { by: 'id', direction: 'asc' },
    ])
  })

  test('can be that of the hub alone', async () => {
    using scene = draw()
    expect(sorts()).toEqual(['none', 'none', null])
    await scene.click('Id')
    expect(sorts()).toEqual(['none', 'none', null])
  })
})

describe('a click on a row', () => {
  test('opens it, beside its links and the questions of its buttons', async () => {
    const opened: string[] = []
    using _ = draw({ onOpen: ({ id }) => opened.push(id) })
    fireEvent.click(screen.getByRole('link', { name: 'board-1' }))
    fireEvent.click(screen.getByText('Revoke board-1?'))
    expect(opened).toEqual([])
    fireEvent.click(screen.getByText('20'))
    expect(opened).toEqual(['board-2'])
    await waitFor(() => expect(document.querySelector('tr[data-current]')?.textContent).toContain('board-2'))
  })

  test('only makes it the one that the keys stand on, where rows do not open', async () => {
    using _ = draw()
    fireEvent.click(screen.getByText('20'))
    await waitFor(() => expect(document.querySelector('tr[data-current]')?.textContent).toContain('board-2'))
  })
})

describe('the marks of a table', () => {
  function Markable() {
    const [selection, select] = useState<ReadonlySet<string>>(new Set())
    return (
      <>
        <Table
          label="devices"
          columns={COLUMNS}
          rows={ROWS}
          keyOf={({ id }) => id}
          selection={selection}
          onSelect={select}
        />
        <output>{`marked: ${[...selection].join()}.`}</output>
      </>
    )
  }

  test('are set and lifted row by row, and all at once', async () => {
    using scene = drawInDocument(<Markable />)
    await scene.click('Select board-2', 'checkbox')
    await scene.says('marked: board-2.')
    expect(screen.getAllByRole('row', { selected: true }).length).toBe(1)
    await scene.click('Select board-1', 'checkbox')
    await scene.says('marked: board-2,board-1.')
    expect(screen.getByRole('checkbox', { name: 'Select devices', checked: true })).toBeTruthy()
    await scene.click('Select board-2', 'checkbox')
    await scene.says('marked: board-1.')
    await scene.click('Select devices', 'checkbox')
    await scene.says('marked: board-1,board-2.')
    await scene.click('Select devices', 'checkbox')
    await scene.says('marked: .')
  })

  test('of no rows are not all set', () => {
    using _ = draw({ rows: [], selection: new Set() })
    expect(screen.getByRole('checkbox', { checked: false })).toBeTruthy()
  })

  test('leave room for themselves beside the gap of a long list', () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ id: `board-${index}`, messages: index }))
    using _ = draw({ rows, selection: new Set() })
    expect(document.querySelector('tr.gap td')?.getAttribute('colspan')).toBe('4')
  })
})
