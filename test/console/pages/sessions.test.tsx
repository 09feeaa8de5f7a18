import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, confirm, eventually, pressAndConfirm } from '../../support/console/page-acts.ts'
import { openConnectedClient } from '../../support/raw-client.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  const pump = await openConnectedClient(hub, await hub.enrol('pump-1', { userId: 'eva' }), {
    clean: false,
    keepalive: 45,
  })
  pump.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'users/eva/devices/pump-1/#', qos: 1 }] })
  await pump.next('suback')
  const valve = await openConnectedClient(hub, await hub.enrol('valve-1', { userId: 'eva' }), { clean: false })
  valve.send({ cmd: 'disconnect' })
  await valve.closed
})
afterAll(() => hub[Symbol.asyncDispose]())

test('the list tells who is connected and who is waited for, and each filter is in the address', async () => {
  using scene = openConsole(hub, '#/sessions')
  await scene.says('1 session is connected, 1 waits for its client, 0 messages are queued.')
  await scene.says('pump-1')
  expect(scene.text()).toContain('Nobody is banned.')
  await scene.click('Waiting for its client')
  await eventually(() => expect(screen.queryByRole('link', { name: 'pump-1' })).toBeNull())
  expect(location.hash).toBe('#/sessions?state=disconnected')
  await scene.fill('Part of a client id, or an address', 'nobody')
  await scene.says('No session fits these filters.')
  expect(location.hash).toBe('#/sessions?state=disconnected&q=nobody')
  await scene.click('Show all sessions', 'link')
})

test('a session tells what it listens to and how it is connected', async () => {
  using scene = openConsole(hub, '#/sessions/pump-1')
  await scene.says('This client is connected.')
  const text = scene.text()
  for (const fact of ['device pump-1', '45 s', 'TLSv1.3', 'MQTT 3.1.1', 'users/eva/devices/pump-1/#', 'mqtts']) {
    expect(text).toContain(fact)
  }
})

test('a session that waits tells when it ends', async () => {
  using scene = openConsole(hub, '#/sessions/valve-1')
  await scene.says('The client is away; its session waits for it')
  expect(scene.text()).toContain('After it disconnects too')
})

test('whoever may only read is shown no button that cuts off', async () => {
  using scene = openConsole(hub, '#/sessions/pump-1')
  await becomeAuditor(scene)
  await scene.says('This client is connected.')
  expect(screen.queryByRole('button', { name: 'Disconnect' })).toBeNull()
})

test('a session is looked at again when its client goes', async () => {
  const lamp = await openConnectedClient(hub, await hub.enrol('lamp-1', { userId: 'eva' }))
  using scene = openConsole(hub, '#/sessions/lamp-1')
  await scene.says('Only while it is connected')
  lamp.send({ cmd: 'disconnect' })
  await eventually(async () => expect((await hub.api('GET', '/api/sessions/lamp-1')).status).toBe(404))
  await scene.tell('device.disconnected', { kind: 'device', id: 'lamp-1', clientId: 'lamp-1', reason: 'normal' })
  await scene.says('There is no session of this client id now.')
})

test('an event changes its row in place, and a newcomer waits until it is asked for', async () => {
  using scene = openConsole(hub, '#/sessions')
  await scene.says('valve-1')
  await scene.tell('device.disconnected', { kind: 'device', id: 'no-1', clientId: 'no-1', reason: 'normal' })
  const mixer = await openConnectedClient(hub, await hub.enrol('mixer-1', { userId: 'eva' }))
  await scene.tell('device.connected', { kind: 'device', id: 'mixer-1', clientId: 'mixer-1', address: '::1' })
  await scene.says('1 new')
  expect(screen.queryByRole('link', { name: 'mixer-1' })).toBeNull()
  await scene.click('1 new')
  await scene.says('mixer-1')
  mixer.send({ cmd: 'disconnect' })
  await eventually(async () => expect((await hub.api('GET', '/api/sessions/mixer-1')).status).toBe(404))
  await scene.tell('device.disconnected', { kind: 'device', id: 'mixer-1', clientId: 'mixer-1', reason: 'normal' })
  await scene.says('Ended')
  expect(screen.getAllByRole('link', { name: 'mixer-1' }).length).toBeGreaterThan(0)
})

test('an administrator disconnects a client, and bans another for as long as he says until he lifts the ban', async () => {
  {
    using scene = openConsole(hub, '#/sessions/valve-1')
    await pressAndConfirm(scene, 'Disconnect')
    await scene.says('The session is closed.')
    await scene.says('There is no session of this client id now.')
    expect((await hub.api('GET', '/api/sessions/valve-1')).status).toBe(404)
  }
  {
    using scene = openConsole(hub, '#/sessions/pump-1')
    await scene.click('Disconnect and ban')
    await scene.fill('Minutes, 1440 at most', '7')
    await confirm('Disconnect and ban')
    await scene.says('7 minutes of ban: the session is closed.')
    const [ban] = (await hub.api('GET', '/api/bans')).json().items
    expect(ban.id).toBe('device:pump-1')
    expect(Date.parse(ban.until) - Date.parse(ban.since)).toBe(7 * 60_000)
  }
  using scene = openConsole(hub, '#/sessions')
  await scene.says('An administrator said so')
  expect(scene.text()).toContain('device pump-1')
  await scene.click('Lift')
  await scene.says('Nobody is banned.')
  expect((await hub.api('GET', '/api/bans')).json().items).toEqual([])
})

test('whoever may only read sees the bans and lifts none', async () => {
  using scene = openConsole(hub, '#/sessions')
  await becomeAuditor(scene)
  await scene.says('Nobody is banned.')
})

test('the page speaks Russian', async () => {
  using scene = openConsole(hub, '#/sessions', { language: 'ru' })
  await scene.says('Запретов нет.')
  await eventually(() => expect(document.title).toBe('Сессии · Signet'))
})
