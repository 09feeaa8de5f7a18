import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, screen } from '../../support/console/console-scene.tsx'
import { choose, submit } from '../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  await hub.enrol('board-1', { userId: 'ada' })
})
afterAll(() => hub[Symbol.asyncDispose]())

test('a topic is tried as this device, which nobody has to name, beginning with its own', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=topics')
  await scene.says('Try a topic')
  expect(screen.queryByLabelText('Device')).toBeNull()
  expect(screen.getByLabelText('Topic')).toHaveProperty('value', 'users/ada/devices/board-1/')
  await submit('Topic')
  await scene.says('by the rule “Allow publish and subscribe users/ada/devices/board-1/#”')
  await scene.fill('Topic', 'users/ada/#')
  await choose(screen.getByLabelText('Action'), 'subscribe')
  await submit('Topic')
  await scene.says('by default: no rule allows it.')
  expect(location.hash).toBe('#/devices/board-1?tab=topics&action=subscribe&topic=users%2Fada%2F%23')
})

test('the question of an address is the one that stands in the form', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=topics&action=subscribe&topic=alarms/%23', { language: 'ru' })
  await scene.says('Проверить топик')
  expect(screen.getByLabelText('Топик')).toHaveProperty('value', 'alarms/#')
  expect(screen.getByLabelText('Действие')).toHaveProperty('value', 'subscribe')
})
