import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { usePaced } from '../../../src/console/hub/pace.ts'
import { type ConsoleScene, drawInDocument } from '../../support/console/console-scene.tsx'
import { hideDocument, showDocument } from '../../support/console/hidden-document.ts'
import { type FakeTimeouts, useFakeTimeouts } from '../../support/fake-timeouts.ts'
import { PATIENCE } from '../../support/patience.ts'

const GATHER_MS = 100
const SECOND_MS = 1000

/** A page that notes what it did, in which round it was drawn. */
function drawPage() {
  const round = signal(1)
  const done: number[] = []
  const page = { happen: (): void => undefined, round, done, drawn: 0 }
  function Page() {
    const current = round.value
    page.happen = usePaced(() => void done.push(current))
    page.drawn = current
    return <p>round {current}</p>
  }
  scene = drawInDocument(<Page />)
  return page
}

let scene: ConsoleScene
let timeouts: FakeTimeouts
beforeEach(() => {
  timeouts = useFakeTimeouts()
})
afterEach(() => {
  scene[Symbol.dispose]()
  showDocument()
  timeouts[Symbol.dispose]()
})

describe('what many events ask for', () => {
  test('is done soon after the first of them, once for all, and then once a second at most', () => {
    const page = drawPage()
    page.happen()
    page.happen()
    timeouts.advance(GATHER_MS - 1)
    expect(page.done).toEqual([])
    timeouts.advance(1)
    expect(page.done).toEqual([1])
    for (let event = 0; event < 9; event++) {
      page.happen()
      timeouts.advance(100)
    }
    expect(page.done).toEqual([1])
    timeouts.advance(100)
    expect(page.done).toEqual([1, 1])
    timeouts.advance(SECOND_MS)
    expect(page.done).toEqual([1, 1])
    page.happen()
    timeouts.advance(GATHER_MS)
    expect(page.done).toEqual([1, 1, 1])
  })

  test('waits while nobody looks at the page', () => {
    const page = drawPage()
    hideDocument(true)
    page.happen()
    timeouts.advance(SECOND_MS)
    expect(page.done).toEqual([])
    hideDocument(false)
    expect(page.done).toEqual([1])
  })

  test('is done once a second at most when somebody looks again, too', () => {
    const page = drawPage()
    hideDocument(true)
    page.happen()
    timeouts.advance(SECOND_MS)
    page.happen()
    timeouts.advance(GATHER_MS / 2)
    hideDocument(false)
    expect(page.done).toEqual([1])
    timeouts.advance(GATHER_MS)
    page.happen()
    timeouts.advance(GATHER_MS)
    expect(page.done).toEqual([1])
    timeouts.advance(SECOND_MS)
    expect(page.done).toEqual([1, 1])
  })

  test('is done as the page is by then', async () => {
    const page = drawPage()
    page.happen()
    page.round.value = 2
    await vi.waitFor(() => expect(page.drawn).toBe(2), PATIENCE)
    timeouts.advance(SECOND_MS)
    expect(page.done).toEqual([2])
  })

  test('is not done for a page that was left', async () => {
    const page = drawPage()
    // Preact runs effects after the page was painted.
    timeouts.advance(SECOND_MS)
    page.happen()
    scene[Symbol.dispose]()
    await vi.waitFor(() => expect(timeouts.running).toBe(0), PATIENCE)
    expect(page.done).toEqual([])
  })
})
