import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, choose, eventually, pressAndConfirm, submit } from '../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

const ALARMS = { rules: [{ effect: 'deny', actions: ['publish'], topicFilter: 'alarms/#' }], clientId: 'any' }

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  await hub.enrol('pump-1', { userId: 'eva' })
  await hub.api('PUT', '/api/policies/alarms', { body: ALARMS })
})
afterAll(() => hub[Symbol.asyncDispose]())

const rulesOf = async (name: string) => (await hub.api('GET', `/api/policies/${name}`)).json().rules

test('the list marks the built-in policy, which is edited and never deleted', async () => {
  {
    using scene = openConsole(hub, '#/policies')
    await scene.says('2 policies decide')
    await scene.says('built in')
  }
  using scene = openConsole(hub, '#/policies/device')
  await scene.says('It is edited, and cannot be deleted.')
  await scene.says('the user who owns the device')
  expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull()
})

test('a policy is written rule by rule, and what the hub has against a rule stands beside it', async () => {
  {
    using scene = openConsole(hub, '#/policies')
    await scene.says('New policy')
    await scene.fill(/^Name/, 'sensors')
    await submit(/^Name/)
    await eventually(() => expect(location.hash).toBe('#/policies/sensors?new=yes'))
  }
  using scene = openConsole(hub, '#/policies/sensors?new=yes')
  await scene.says('may publish and subscribe to nothing')
  await scene.click('Add a rule')
  await scene.fill('Topic filter', 'sensors/{device}/#')
  await scene.click('Add a rule')
  const second = await eventually(() => screen.getAllByLabelText('Topic filter')[1] ?? expect.unreachable())
  await choose(second, 'a/#/b')
  await choose(screen.getAllByLabelText('Effect')[1], 'deny')
  await choose(screen.getAllByLabelText('Actions')[1], 'publish')
  await scene.says('Not saved yet.')
  await submit('Topic filter')
  await scene.says('is no topic filter')
  expect(screen.getByRole('alert').closest('fieldset')?.textContent).toContain('Rule 2')
  expect((await hub.api('GET', '/api/policies/sensors')).status).toBe(404)
  await choose(second, '')
  await submit('Topic filter')
  await scene.says('Too small')
  await choose(second, 'sensors/secret')
  await scene.click('Move rule 2 up')
  await choose(screen.getByLabelText('Client id'), 'any')
  await submit('Topic filter')
  await scene.says('Saved. It holds from now on')
  expect((await hub.api('GET', '/api/policies/sensors')).json()).toEqual({
    name: 'sensors',
    clientId: 'any',
    rules: [
      { effect: 'deny', actions: ['publish'], topicFilter: 'sensors/secret' },
      { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'sensors/{device}/#' },
    ],
  })
  await scene.click('Move rule 1 down')
  await scene.click('Remove rule 2')
  await submit('Topic filter')
  await eventually(async () => expect(await rulesOf('sensors')).toHaveLength(1))
})

test('a name that cannot be one is refused with the rule that it breaks', async () => {
  using scene = openConsole(hub, '#/policies/..%20?new=yes')
  await scene.says('Save')
  await submit('Client id')
  await scene.says('cannot be a policy id')
})

test('a new policy whose name is taken begins with the rules that it has', async () => {
  using scene = openConsole(hub, '#/policies/alarms?new=yes')
  await scene.says('Save')
  await eventually(() => expect((screen.getByLabelText('Topic filter') as HTMLInputElement).value).toBe('alarms/#'))
})

test('a policy is deleted after one question', async () => {
  await hub.api('PUT', '/api/policies/gone', { body: { rules: [] } })
  using scene = openConsole(hub, '#/policies/gone')
  await pressAndConfirm(scene, 'Delete')
  await eventually(() => expect(location.hash).toBe('#/policies'))
  expect((await hub.api('GET', '/api/policies/gone')).status).toBe(404)
})

test('whoever may only read sees the rules and changes none', async () => {
  {
    using scene = openConsole(hub, '#/policies/alarms')
    await becomeAuditor(scene)
    await scene.says('alarms/#')
    await scene.says('Any: several clients share one certificate')
    expect(screen.queryByRole('button', { name: 'Save' })).toBeNull()
  }
  using scene = openConsole(hub, '#/policies')
  await becomeAuditor(scene)
  await scene.says('alarms')
  expect(scene.text()).not.toContain('New policy')
})

test('a topic is tried as the broker decides it, and the question is in the address', async () => {
  using scene = openConsole(hub, '#/policies?device=pump-1&action=subscribe&topic=users/eva/%23')
  await scene.says('Try a topic')
  await scene.fill('Device', 'pump-1')
  await submit('Topic')
  await scene.says('by default: no rule allows it.')
  await scene.fill('Topic', 'users/eva/devices/pump-1/t')
  await choose(screen.getByLabelText('Action'), 'publish')
  await submit('Topic')
  await scene.says('by the rule “Allow publish and subscribe users/eva/devices/pump-1/#”')
  expect(location.hash).toContain('action=publish')
  await scene.fill('Topic', 'a/+')
  await submit('Topic')
  await scene.says('is no topic name')
})

test('the page speaks Russian', async () => {
  using scene = openConsole(hub, '#/policies', { language: 'ru' })
  await scene.says(/^.*\d+ (?:политика решает|политики решают|политик решают), кому/)
  await scene.click('alarms', 'link')
  await scene.says('Правило 1')
  await eventually(() => screen.getByRole('button', { name: 'Убрать правило 1' }))
})
