import { afterAll, beforeAll, expect, test } from 'vitest'
import { fireEvent, openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, choose, eventually, pressAndConfirm } from '../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  await hub.enrol('pump-1', { userId: 'eva' })
  await hub.enrol('valve-1', { userId: 'ada' })
})
afterAll(() => hub[Symbol.asyncDispose]())

const rotations = async () => (await hub.api('GET', '/api/rotations')).json().items

test('a fleet is asked to renew, watched, paused, resumed and let be', async () => {
  using scene = openConsole(hub, '#/certificates?tab=rotations')
  await scene.says('No fleet has been asked yet.')
  await scene.fill(/^User/, 'eva')
  await scene.fill(/^Certificates that end within/, '400')
  await choose(screen.getByLabelText('Kind of key'), 'ec-p256')
  await scene.fill('Devices a minute', '7')
  await scene.fill(/^Last day/, '2099-01-01')
  await pressAndConfirm(scene, 'Ask them to renew')
  await scene.says('1 device is in the rotation.')
  const [begun] = await rotations()
  expect(begun.filter).toMatchObject({ userId: 'eva', keyAlgorithm: 'ec-p256' })
  expect(begun.perMinute).toBe(7)
  await scene.click('Close')
  await scene.says('devices of eva, certificates that end before')
  await scene.click('Pause')
  await scene.says('Paused')
  await scene.click('Go on')
  await scene.says('Running')
  await hub.api('POST', `/api/rotations/${begun.id}/pause`)
  await scene.tell('rotation.changed', { id: begun.id, state: 'paused' })
  await scene.says('Paused')
  const details = document.querySelector('details') ?? expect.unreachable()
  details.open = true
  fireEvent(details, new window.Event('toggle'))
  await scene.says('pump-1')
  await scene.click('Late')
  await scene.says('No device is in this state.')
  await pressAndConfirm(scene, 'End it')
  await scene.says('Cancelled')
  expect((await rotations())[0].state).toBe('cancelled')
})

test('everybody is asked when nothing is named, and one that began elsewhere appears', async () => {
  using scene = openConsole(hub, '#/certificates?tab=rotations')
  await pressAndConfirm(scene, 'Ask them to renew')
  await scene.says('2 devices are in the rotation.')
  await scene.says('Every device')
  const other = (await hub.api('POST', '/api/rotations', { body: { filter: { userId: 'ada' } } })).json()
  await scene.tell('rotation.changed', { id: other.id, state: 'running' })
  await scene.says('devices of ada')
})

test('whoever may only read is shown how far it has come, and no button', async () => {
  using scene = openConsole(hub, '#/certificates?tab=rotations')
  await becomeAuditor(scene)
  await scene.says('Every device')
  await eventually(() => expect(screen.queryByRole('button', { name: 'Ask them to renew' })).toBeNull())
})

test('the page speaks Russian', async () => {
  using scene = openConsole(hub, '#/certificates?tab=rotations', { language: 'ru' })
  await scene.says('Все устройства')
  await scene.says('устройства eva, сертификаты со сроком до')
})
