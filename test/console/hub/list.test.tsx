import { signal } from '@preact/signals'
import { describe, expect, test, vi } from 'vitest'
import { missed, returned } from '../../../src/console/hub/event-feed.ts'
import { type Page, type PageQuery, useList } from '../../../src/console/hub/list.ts'
import { drawInDocument } from '../../support/console/console-scene.tsx'
import { PATIENCE } from '../../support/patience.ts'

interface Question {
  readonly of: string
  readonly cursor: string | undefined
  readonly limit: number
  answer(page: Page<string>): void
  refuse(error: unknown): void
}

/** A page with a list of names; the test gives the answers. */
function drawNames() {
  const user = signal('ada')
  const questions: Question[] = []
  function Names() {
    const of = user.value
    const ask = (page: PageQuery): Promise<Page<string>> => {
      const { promise, resolve, reject } = Promise.withResolvers<Page<string>>()
      questions.push({ of, ...page, answer: resolve, refuse: reject })
      return promise
    }
    const list = useList(ask, [of])
    return (
      <div>
        <output>
          {list.isLoading ? 'asking' : 'at rest'}, {list.isWhole ? 'whole' : 'part'}, {list.rows?.join(' ') ?? 'none'},{' '}
          {list.problem?.detail ?? 'no problem'}
        </output>
        <button type="button" onClick={list.more}>
          More
        </button>
        <button type="button" onClick={list.reload}>
          Again
        </button>
        <button type="button" onClick={() => list.change((rows) => [...rows, 'added'])}>
          Add
        </button>
        <button type="button" onClick={() => list.change((rows) => rows.map((row) => row.toUpperCase()))}>
          Shout
        </button>
      </div>
    )
  }
  const scene = drawInDocument(<Names />)
  const question = (index: number): Promise<Question> =>
    vi.waitFor(() => {
      const asked = questions[index]
      if (!asked) throw new Error(`${questions.length} questions were asked`)
      return asked
    }, PATIENCE)
  return { scene, user, questions, question }
}

describe('a list that grows', () => {
  test('asks for its first page, then for the next ones, until it is whole', async () => {
    const { scene, question, questions } = drawNames()
    using _ = scene
    expect(scene.text()).toContain('asking, part, none, no problem')
    const first = await question(0)
    expect(first.cursor).toBeUndefined()
    // What happens to a row that is still to come makes no list of none.
    await scene.click('Shout')
    expect(scene.text()).toContain('asking, part, none, no problem')
    first.answer({ items: ['a', 'b'], nextCursor: 'after-b' })
    await scene.says('at rest, part, a b,')
    await scene.click('More')
    await scene.says('asking, part, a b,')
    await scene.click('More')
    const second = await question(1)
    expect(second.cursor).toBe('after-b')
    second.answer({ items: ['c'], nextCursor: null })
    await scene.says('at rest, whole, a b c,')
    await scene.click('More')
    expect(questions).toHaveLength(2)
  })

  test('that could not be had is asked for anew when the hub is back', async () => {
    const { scene, question, questions } = drawNames()
    using _ = scene
    ;(await question(0)).refuse(new Error('no hub'))
    await scene.says('at rest, part, none, no hub')
    returned.value += 1
    ;(await question(1)).answer({ items: ['a'] })
    await scene.says('at rest, whole, a, no problem')
    returned.value += 1
    await new Promise(setImmediate)
    expect(questions).toHaveLength(2)
  })

  test('begins anew when it is told to, and when it depends on something else', async () => {
    const { scene, user, question } = drawNames()
    using _ = scene
    ;(await question(0)).answer({ items: ['a'] })
    await scene.says('at rest, whole, a,')
    await scene.click('Again')
    ;(await question(1)).answer({ items: ['b'] })
    await scene.says('at rest, whole, b,')
    user.value = 'bob'
    const third = await question(2)
    expect(third).toMatchObject({ of: 'bob', cursor: undefined })
    third.answer({ items: ['c'] })
    await scene.says('at rest, whole, c,')
  })

  test('asks for a screen of rows, then for more at once, and again for as many as are shown', async () => {
    const { scene, question, questions } = drawNames()
    using _ = scene
    const names = (count: number) => Array.from({ length: count }, (_row, index) => `n${index}`)
    const first = await question(0)
    expect(first.limit).toBe(50)
    first.answer({ items: names(50), nextCursor: 'on' })
    await scene.says('at rest, part, n0')
    await scene.click('More')
    const second = await question(1)
    expect(second.limit).toBe(100)
    second.answer({ items: names(100), nextCursor: 'on' })
    await scene.says('at rest, part, n0')
    missed.value += 1
    const third = await question(2)
    expect(third).toMatchObject({ cursor: undefined, limit: 150 })
    third.answer({ items: names(500), nextCursor: 'on' })
    await scene.says('n499')
    await scene.click('More')
    ;(await question(3)).answer({ items: names(100), nextCursor: null })
    await scene.says('at rest, whole')
    await scene.click('Again')
    expect((await question(4)).limit).toBe(500)
    expect(questions).toHaveLength(5)
  })

  test('keeps its rows when a page of it fails, and goes on from there', async () => {
    const { scene, question } = drawNames()
    using _ = scene
    ;(await question(0)).answer({ items: ['a'], nextCursor: 'after-a' })
    await scene.says('at rest, part, a,')
    await scene.click('More')
    ;(await question(1)).refuse(new Error('no hub'))
    await scene.says('at rest, part, a, no hub')
    await scene.click('More')
    const third = await question(2)
    expect(third.cursor).toBe('after-a')
    third.answer({ items: ['b'] })
    await scene.says('at rest, whole, a b, no problem')
  })

  test('heeds neither an answer nor a refusal that a later question has overtaken', async () => {
    const { scene, user, question } = drawNames()
    using _ = scene
    const first = await question(0)
    user.value = 'bob'
    const second = await question(1)
    user.value = 'eva'
    const third = await question(2)
    first.answer({ items: ['of ada'] })
    second.refuse(new Error('no hub'))
    third.answer({ items: ['of eva'] })
    await scene.says('at rest, whole, of eva, no problem')
  })

  test('changes its rows in place, before the first answer too', async () => {
    const { scene, question } = drawNames()
    using _ = scene
    await scene.click('Add')
    await scene.says('added,')
    ;(await question(0)).answer({ items: ['a'], nextCursor: 'after-a' })
    await scene.says('at rest, part, a,')
    await scene.click('Add')
    await scene.says('at rest, part, a added,')
  })
})
