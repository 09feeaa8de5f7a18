import { expect, test } from 'vitest'
import type { Loaded } from '../../../src/console/hub/load.ts'
import { Answer } from '../../../src/console/parts/answer.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

const problem = { title: 'Forbidden', status: 403, detail: 'An auditor may not.', code: 'forbidden' }

function loaded(parts: Partial<Loaded<string>>): Loaded<string> {
  return {
    data: undefined,
    problem: undefined,
    isLoading: false,
    reload: async () => undefined,
    set: () => undefined,
    ...parts,
  }
}

const draw = (of: Loaded<string>) => drawInDocument(<Answer of={of}>{(data) => <p>{data}</p>}</Answer>)

test('what is asked for is awaited, with its layout', () => {
  using scene = draw(loaded({ isLoading: true }))
  expect(screen.getByRole('status').getAttribute('aria-busy')).toBe('true')
  expect(scene.text()).toBe('Loading')
})

test('what has come is drawn', () => {
  using scene = draw(loaded({ data: 'board-1' }))
  expect(scene.text()).toBe('board-1')
})

test('what failed says so in place of the layout, and asks again when told to', async () => {
  let asked = 0
  const reload = async () => {
    asked += 1
  }
  using scene = draw(loaded({ problem, reload }))
  expect(screen.queryByRole('status')).toBeNull()
  expect(scene.text()).toContain('An auditor may not.')
  await scene.click('Try again')
  expect(asked).toBe(1)
})

test('what failed says so above what was there before', () => {
  using scene = draw(loaded({ problem, data: 'board-1' }))
  expect(scene.text()).toMatch(/An auditor may not\..*board-1/)
})
