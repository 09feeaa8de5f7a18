import { afterEach, beforeEach, expect, test } from 'vitest'
import { usePacedEach } from '../../../src/console/hub/paced-each.ts'
import { type ConsoleScene, drawInDocument } from '../../support/console/console-scene.tsx'
import { type FakeTimeouts, useFakeTimeouts } from '../../support/fake-timeouts.ts'

const SOON_MS = 100
const SECOND_MS = 1000

let scene: ConsoleScene
let timeouts: FakeTimeouts
beforeEach(() => {
  timeouts = useFakeTimeouts()
})
afterEach(() => {
  scene[Symbol.dispose]()
  timeouts[Symbol.dispose]()
})

test('each row that events name is asked for once, ten at a time and the rest a second later', () => {
  const asked: string[] = []
  let name = (_key: string): void => undefined
  function Page() {
    name = usePacedEach((key) => asked.push(key))
    return null
  }
  scene = drawInDocument(<Page />)
  const keys = Array.from({ length: 12 }, (_, number) => `device-${number}`)
  for (const key of [...keys, ...keys]) name(key)
  timeouts.advance(SOON_MS)
  expect(asked).toEqual(keys.slice(0, 10))
  timeouts.advance(SECOND_MS)
  expect(asked).toEqual(keys)
  timeouts.advance(SECOND_MS)
  expect(asked).toEqual(keys)
})
