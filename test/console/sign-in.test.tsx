import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole } from '../support/console/console-scene.tsx'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

test('an address that leads nowhere says so, and the rail leads on', async () => {
  using scene = openConsole(hub, '#/no/such/page')
  await scene.says('There is no such page.')
  expect(scene.text()).toContain('ada, admin')
})
