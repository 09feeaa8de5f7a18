import { signal } from '@preact/signals'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { missed, returned } from '../../../src/console/hub/event-feed.ts'
import { useLoad } from '../../../src/console/hub/load.ts'
import { type ConsoleScene, drawInDocument } from '../../support/console/console-scene.tsx'
import { hideDocument, showDocument } from '../../support/console/hidden-document.ts'
import { PATIENCE } from '../../support/patience.ts'

interface Question {
  readonly about: string
  answer(text: string): void
  refuse(error: unknown): void
}

/** A page that asks about one thing; the test gives the answers. */
function drawPage(everyMs?: number) {
  const about = signal('boards')
  const questions: Question[] = []
  function Page() {
    const thing = about.value
    const ask = (): Promise<string> => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      questions.push({ about: thing, answer: resolve, refuse: reject })
      return promise
    }
    const { data, problem, isLoading, reload, set } = useLoad(ask, [thing], everyMs)
    return (
      <div>
        <output>
          {isLoading ? 'asking' : 'at rest'}, {data ?? 'no data'}, {problem?.detail ?? 'no problem'}
        </output>
        <button type="button" onClick={reload}>
          Again
        </button>
        <button type="button" onClick={() => set('done')}>
          Do
        </button>
      </div>
    )
  }
  const scene = drawInDocument(<Page />)
  const question = (index: number): Promise<Question> =>
    vi.waitFor(() => {
      const asked = questions[index]
      if (!asked) throw new Error(`${questions.length} questions were asked`)
      return asked
    }, PATIENCE)
  return { scene, about, questions, question }
}

const open: ConsoleScene[] = []
afterEach(() => {
  for (const scene of open.splice(0)) scene[Symbol.dispose]()
  vi.useRealTimers()
  showDocument()
})

describe('what a page asks for', () => {
  test('is asked for when the page appears, and shown when it is there', async () => {
    const { scene, question } = drawPage()
    open.push(scene)
    expect(scene.text()).toContain('asking, no data, no problem')
    ;(await question(0)).answer('12 boards')
    await scene.says('at rest, 12 boards, no problem')
  })

  test('stays in sight while it is asked for again, and when that fails', async () => {
    const { scene, question } = drawPage()
    open.push(scene)
    ;(await question(0)).answer('12 boards')
    await scene.says('at rest, 12 boards')
    await scene.click('Again')
    await scene.says('asking, 12 boards, no problem')
    ;(await question(1)).refuse(new Error('no hub'))
    await scene.says('at rest, 12 boards, no hub')
    await scene.click('Again')
    ;(await question(2)).answer('13 boards')
    await scene.says('at rest, 13 boards, no problem')
  })

  test('that could not be had is asked for anew when the hub is back, and what is there is not', async () => {
    const { scene, question } = drawPage()
    open.push(scene)
    ;(await question(0)).refuse(new Error('no hub'))
    await scene.says('at rest, no data, no hub')
    returned.value += 1
    ;(await question(1)).answer('12 boards')
    await scene.says('at rest, 12 boards, no problem')
    returned.value += 1
    await new Promise(setImmediate)
    expect(scene.text()).toContain('at rest, 12 boards')
    missed.value += 1
    ;(await question(2)).answer('13 boards')
    await scene.says('at rest, 13 boards, no problem')
  })

  test('is asked for anew when it depends on something else, and an answer that comes too late is no news', async () => {
    const { scene, about, question } = drawPage()
    open.push(scene)
    const first = await question(0)
    about.value = 'sensors'
    const second = await question(1)
    expect(second.about).toBe('sensors')
    second.answer('7 sensors')
    await scene.says('at rest, 7 sensors')
    first.answer('12 boards')
    await scene.click('Again')
    await scene.says('asking, 7 sensors')
  })

  test('is no news to a page that was left', async () => {
    const { scene, question } = drawPage()
    const asked = await question(0)
    scene[Symbol.dispose]()
    asked.refuse(new Error('too late'))
    await new Promise(setImmediate)
    expect(scene.text()).toBe('')
  })

  test('gives way to what an action has answered', async () => {
    const { scene, question } = drawPage()
    open.push(scene)
    ;(await question(0)).refuse('out of order')
    await scene.says('at rest, no data, out of order')
    await scene.click('Do')
    await scene.says('at rest, done, no problem')
  })
})

test('a page that asks again and again does so while it is in sight, at once when it is again, and no longer than it is open', async () => {
  const MINUTE_MS = 60_000
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { scene, question, questions } = drawPage(MINUTE_MS)
  open.push(scene)
  await question(0)
  vi.advanceTimersByTime(MINUTE_MS)
  expect(questions).toHaveLength(2)
  hideDocument(true)
  vi.advanceTimersByTime(MINUTE_MS)
  expect(questions).toHaveLength(2)
  hideDocument(false)
  expect(questions).toHaveLength(3)
  hideDocument(true)
  hideDocument(false)
  expect(questions).toHaveLength(3)
  vi.advanceTimersByTime(MINUTE_MS)
  expect(questions).toHaveLength(4)
  scene[Symbol.dispose]()
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0), PATIENCE)
  expect(questions).toHaveLength(4)
})
