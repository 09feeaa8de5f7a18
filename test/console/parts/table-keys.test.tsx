import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Table } from '../../../src/console/parts/table.tsx'
import { type ConsoleScene, drawInDocument, fireEvent, screen, waitFor } from '../../support/console/console-scene.tsx'

const ROWS = ['board-1', 'board-2', 'board-3']
const COLUMNS = [
  { id: 'name', title: 'Name', draw: (name: string) => name },
  { id: 'note', title: 'Note', draw: (name: string) => <input type="text" aria-label={`Note on ${name}`} /> },
  {
    id: 'act',
    title: 'Act',
    draw: (name: string) => (
      <dialog open>
        <button type="button">{`Revoke ${name}`}</button>
      </dialog>
    ),
  },
]

let scene: ConsoleScene
let opened: string[]
let marked: string[]

function draw(rows: readonly string[], isMarkable = true): void {
  const selection = isMarkable ? { selection: new Set<string>() } : {}
  scene = drawInDocument(
    <Table
      label="Devices"
      columns={COLUMNS}
      rows={rows}
      keyOf={(name) => name}
      onOpen={(name) => opened.push(name)}
      onSelect={(keys) => marked.push(...keys)}
      {...selection}
    />,
  )
}

beforeEach(() => {
  opened = []
  marked = []
})
afterEach(() => scene[Symbol.dispose]())

const list = () => screen.getByRole('region', { name: 'Devices' })
const current = () => document.querySelector('tr[data-current]')?.getAttribute('data-index')

async function press(...keys: readonly string[]): Promise<void> {
  list().focus()
  for (const key of keys) await scene.press(key)
}

describe('in a table with the focus', () => {
  for (const { keys, row } of [
    { keys: ['j'], row: '0' },
    { keys: ['ArrowDown', 'ArrowDown'], row: '1' },
    { keys: ['j', 'j', 'j', 'j'], row: '2' },
    { keys: ['j', 'j', 'k'], row: '0' },
    { keys: ['j', 'j', 'ArrowUp', 'ArrowUp'], row: '0' },
  ]) {
    test(`${keys.join(' ')} leads to row ${row}`, async () => {
      draw(ROWS)
      await press(...keys)
      await waitFor(() => expect(current()).toBe(row))
    })
  }

  test('Enter opens the row, x marks it', async () => {
    draw(ROWS)
    await press('j', 'j', 'Enter', 'x')
    expect(opened).toEqual(['board-2'])
    expect(marked).toEqual(['board-2'])
  })

  test('Enter and x do nothing while no row is meant', async () => {
    draw(ROWS)
    await press('Enter', 'x', 'q')
    expect([opened, marked]).toEqual([[], []])
  })

  test('x marks nothing where rows cannot be marked', async () => {
    draw(ROWS, false)
    await press('j', 'x')
    expect(marked).toEqual([])
  })

  test('keys of the browser stay its own', async () => {
    draw(ROWS)
    for (const modifier of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(fireEvent.keyDown(list(), { key: 'j', ...modifier })).toBe(true)
    }
    expect(fireEvent.keyDown(list(), { key: 'q' })).toBe(true)
    expect(fireEvent.keyDown(list(), { key: 'j' })).toBe(false)
    await waitFor(() => expect(current()).toBe('0'))
  })

  test('what is typed into a field, or answered to a question, moves nothing', async () => {
    draw(ROWS)
    await press('j')
    for (const element of [
      screen.getByLabelText('Note on board-2'),
      screen.getByRole('button', { name: 'Revoke board-2' }),
    ]) {
      for (const key of ['j', 'x', 'Enter']) fireEvent.keyDown(element, { key, bubbles: true })
    }
    await waitFor(() => expect(current()).toBe('0'))
    expect([opened, marked]).toEqual([[], []])
  })
})

test('a row that is out of sight is scrolled to', async () => {
  draw(Array.from({ length: 10_000 }, (_, index) => `board-${index}`))
  await press('j')
  Object.defineProperty(list(), 'scrollHeight', { value: 400_000 })
  await waitFor(() => {
    list().scrollTop = 200_000
    fireEvent.scroll(list())
    expect(current()).toBeUndefined()
  })
  await press('j')
  expect(list().scrollTop).toBe(40)
})
