import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { navigate, route } from '../../../src/console/router.ts'
import { openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { becomeAuditor } from '../../support/console/page-acts.ts'
import { type Enrolled, startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
let board: Enrolled
beforeAll(async () => {
  hub = await startTestHub()
  board = await hub.enrol('board-1', { userId: 'ada' })
})
afterAll(() => hub[Symbol.asyncDispose]())

/** Presses a button, and the one in the question that it asks. */
async function doIt(scene: ReturnType<typeof openConsole>, name: string): Promise<void> {
  await scene.click(name)
  await scene.confirm(name)
}

test('a device that was never seen says so, and what its certificate is', async () => {
  using scene = openConsole(hub, '#/devices/board-1')
  await scene.says('It has not been seen.')
  await scene.says('active')
  await scene.says(/in 36[45] days/)
  await scene.says('No connection and no stored session.')
  expect(scene.text()).toContain('device (the built-in one)')
})

test('a device that is online shows its session, is disconnected, suspended and resumed', async () => {
  const client = await hub.connect(board, { clientId: 'board-1', reconnectPeriod: 0 })
  await client.subscribeAsync('users/ada/devices/board-1/#')
  using scene = openConsole(hub, '#/devices/board-1')
  await scene.says('Online. It connected')
  await scene.says('users/ada/devices/board-1/#')
  const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)))
  await doIt(scene, 'Disconnect')
  await scene.says('The connection is closed.')
  await closed
  await scene.says('Last seen')
  await scene.says('The connection is closed.')
  await scene.click('Close')
  await doIt(scene, 'Suspend')
  await scene.says('Suspended. It is refused from now on.')
  expect((await hub.api('GET', '/api/devices/board-1')).json().state).toBe('suspended')
  await scene.click('Close')
  await scene.click('Resume')
  await scene.says('Resumed. It may connect again.')
  await client.endAsync(true)
})

test('its diary tells who came, and why somebody was refused', async () => {
  await expect(hub.connect(board, { clientId: 'somebody-else' })).rejects.toThrow()
  using scene = openConsole(hub, '#/devices/board-1?tab=diary')
  await scene.says('certificate issued')
  await scene.says('Client id not its own')
})

test('its messages are shown as they pass, newer ones when they are asked for or as they come', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=messages')
  await scene.says('Waiting for the first message.')
  const message = { at: '2026-01-01T00:00:00Z', topicName: 'users/ada/devices/board-1/t', qos: 1, retain: false }
  await scene.tell('message', { ...message, encoding: 'plain', payload: '21.5', bytes: 4, truncated: false })
  await scene.says('21.5')
  await scene.tell('message', { ...message, encoding: 'base64', payload: 'AAEC', bytes: 9000, truncated: true })
  await scene.click(/Show: 1 new/)
  await scene.says('AAEC')
  expect(scene.text()).toContain('cut, 8.8 KiB in all')
  await scene.tell('lost', { count: 3 })
  await scene.says('3 messages were too quick to be shown')
  await scene.click('As they come')
  await scene.tell('message', { ...message, encoding: 'plain', payload: '22.5', bytes: 4, truncated: false })
  await scene.says('22.5')
})

test('messages that the hub does not show to one more are told, and asked for again', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=messages')
  await scene.says('Waiting for the first message.')
  await scene.refuseStream('message')
  await scene.says('eight may watch at a time')
  await scene.click('Try again')
  await scene.says('Waiting for the first message.')
})

test('its methods are called, and what goes wrong is told', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=rpc')
  await scene.fill('Method', 'ping')
  await scene.click('Call')
  await scene.says(/offline|not connected/i)
  await scene.fill('Params, JSON', '{')
  await scene.click('Call')
  await scene.says('Params are no JSONNothing was sent.')
  const client = await hub.connect(board, { clientId: 'board-1' })
  await client.subscribeAsync('users/ada/devices/board-1/rpc/request')
  client.on('message', (_, payload) => {
    const { id } = JSON.parse(String(payload))
    client.publish('users/ada/devices/board-1/rpc/response', JSON.stringify({ id, result: { pong: true } }))
  })
  await scene.fill('Params, JSON', '')
  await scene.click('Call')
  await scene.says('"pong": true')
  await client.endAsync()
})

test('it is asked to renew, and hears of it as of the rotation of a fleet', async () => {
  const client = await hub.connect(board, { clientId: 'board-1' })
  await client.subscribeAsync('users/ada/devices/board-1/certificate/renew', { qos: 1 })
  const told = new Promise<string>((resolve) => client.on('message', (topic) => resolve(topic)))
  using scene = openConsole(hub, '#/devices/board-1')
  await doIt(scene, 'Ask to renew')
  await scene.says('It is asked.')
  await hub.hub.sweep()
  expect(await told).toBe('users/ada/devices/board-1/certificate/renew')
  const { items } = (await hub.api('GET', '/api/rotations')).json()
  expect(items).toMatchObject([{ filter: { deviceId: 'board-1' } }])
  await client.endAsync()
})

test('its tokens are listed, and one is made, shown once and revoked', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=tokens')
  await scene.says('There is no token.')
  await scene.click('Make the token')
  await scene.says('The MQTT password of board-1, shown this once')
  const secret = document.querySelector('pre')?.textContent ?? ''
  expect(secret).toMatch(/^\S{20,}$/)
  await scene.says('valid')
  await scene.click('Replace')
  await scene.confirm('Replace')
  await waitFor(() => expect(document.querySelectorAll('pre')).toHaveLength(2))
  const [replacement = ''] = [...document.querySelectorAll('pre')].map((shown) => shown.textContent ?? '')
  expect(replacement).toMatch(/^\S{20,}$/)
  expect(replacement).not.toBe(secret)
  const { items: both } = (await hub.api('GET', '/api/devices/board-1/tokens')).json()
  expect(both).toMatchObject([{ expiresAt: expect.any(String), revokedAt: null }, { revokedAt: null }])
  for (const { id } of both) await hub.api('DELETE', `/api/devices/board-1/tokens/${id}`)
  scene[Symbol.dispose]()
  using again = openConsole(hub, '#/devices/board-1?tab=tokens')
  await becomeAuditor(again)
  await again.says('revoked')
  expect(again.text()).not.toContain(secret)
  expect(again.text()).not.toContain('A new token')
})

test('who may only read is shown neither messages nor RPC, though the address names them', async () => {
  for (const tab of ['messages', 'rpc']) {
    using scene = openConsole(hub, `#/devices/board-1?tab=${tab}`)
    await becomeAuditor(scene)
    await scene.says('Identity')
    expect(screen.queryByRole('button', { name: 'Call' })).toBeNull()
    expect(scene.text()).not.toContain('as they pass')
  }
})

test('what stands in its way is told', async () => {
  await expect(hub.connect(board, { clientId: 'somebody-else' })).rejects.toThrow()
  using scene = openConsole(hub, '#/devices/board-1?tab=check', { language: 'ru' })
  await scene.says('Что, по сведениям хаба, ему мешает')
  await scene.says('в порядке')
  await scene.says('Это чужой client id: используйте свой id')
})

test('a new bundle is saved, a revocation cuts off, and a deletion leads back to the list', async () => {
  using scene = openConsole(hub, '#/devices/board-1')
  await doIt(scene, 'New certificate and bundle')
  await scene.says('Saved. The new certificate takes over')
  await scene.click('Close')
  await doIt(scene, 'Revoke and cut off now')
  await scene.says('Revoked and cut off; the hub answered after')
  await scene.click('Close')
  await scene.says('revoked, no reason given')
  const { items } = (await hub.api('GET', '/api/certificates?deviceId=board-1&state=active')).json()
  expect(items).toEqual([])
  await scene.tell('certificate.revoked', { kind: 'device', id: 'board-1' })
  await doIt(scene, 'Delete')
  await waitFor(() => expect(route.value.path).toEqual(['devices']))
  expect((await hub.api('GET', '/api/devices/board-1')).status).toBe(404)
})

test('nothing of a device is left on the page of the next one, to be read or pressed', async () => {
  await hub.enrol('lamp', { userId: 'eva' })
  using scene = openConsole(hub, '#/devices/lamp')
  await scene.says('Interventions')
  navigate(['devices', 'nobody'])
  await scene.says('Device not found')
  expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull()
  expect(scene.text()).not.toContain('eva')
})

test('a device that is not there says so', async () => {
  using scene = openConsole(hub, '#/devices/nobody')
  await scene.says('Device not found')
  // Nothing of it can be looked at, and to ask again does not make it.
  expect(screen.queryByRole('link', { name: 'Diary' })).toBeNull()
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
  expect(screen.getByRole('link', { name: 'Look for it among all devices' }).getAttribute('href')).toBe(
    '#/devices?q=nobody',
  )
})

describe('a device with policies and client ids of its own', () => {
  let gauge: Enrolled
  beforeAll(async () => {
    const rules = [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'plant/#' }]
    await hub.api('PUT', '/api/policies/plant', { body: { rules } })
    gauge = await hub.enrol('gauge', { userId: 'ada' })
    const changes = { policies: ['plant'], clientIds: ['gauge-a', 'gauge-b'] }
    expect((await hub.api('PATCH', '/api/devices/gauge', { body: changes })).status).toBe(200)
  })

  test('names them, and leads to what each policy allows', async () => {
    using scene = openConsole(hub, '#/devices/gauge')
    await scene.says('gauge-a, gauge-b')
    expect(screen.getByRole('link', { name: 'plant' }).getAttribute('href')).toBe('#/policies/plant')
    expect(scene.text()).not.toContain('device (the built-in one)')
  })

  test('that has left shows why, and the session that waits for it', async () => {
    const client = await hub.connect(gauge, { clientId: 'gauge', clean: false })
    await client.subscribeAsync('plant/#', { qos: 1 })
    const hasLeft = new Promise((resolve) => hub.hub.events.subscribe('device.disconnected', resolve))
    await client.endAsync()
    await hasLeft
    using scene = openConsole(hub, '#/devices/gauge')
    await scene.says('Last seen')
    await scene.says('It left because the client closed the connection itself.')
    await scene.says('plant/#')
    expect(screen.queryByText('Address')).toBeNull()
    expect(screen.queryByText('Keep Alive')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Disconnect' })).toBeNull()
    expect((await hub.api('DELETE', '/api/sessions/gauge')).status).toBeLessThan(300)
  })

  test('tells an auditor how it stands, and offers nothing that he may not do', async () => {
    const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'reader', role: 'auditor' } })).json()
    using scene = openConsole(hub, '#/devices/gauge', { token })
    await scene.says('No connection and no stored session.')
    expect(screen.queryByRole('heading', { name: 'Interventions' })).toBeNull()
    expect(screen.queryByRole('link', { name: 'Messages' })).toBeNull()
    expect(screen.getByRole('link', { name: 'Diary' })).toBeTruthy()
  })

  test('speaks Russian while it is connected, with numbers and their nouns', async () => {
    const client = await hub.connect(gauge, { clientId: 'gauge-a', keepalive: 45 })
    using scene = openConsole(hub, '#/devices/gauge', { language: 'ru' })
    await scene.says('На связи. Подключилось')
    await scene.says('45 с')
    await scene.says('0 сообщений')
    expect(scene.text()).toContain('Подпискинет')
    await client.endAsync()
    using tail = openConsole(hub, '#/devices/gauge?tab=messages', { language: 'ru' })
    const message = { at: '2026-01-01T00:00:00Z', topicName: 'plant/t', qos: 0, retain: false }
    await tail.tell('message', { ...message, encoding: 'plain', payload: '1', bytes: 9000, truncated: true })
    await tail.says('обрезано, всего 8,8 КиБ')
  })

  test('that is held says so, and not that its certificate is revoked for good', async () => {
    const place = `/api/certificates/${encodeURIComponent(gauge.fingerprint)}`
    expect((await hub.api('POST', `${place}/hold`)).status).toBe(200)
    using scene = openConsole(hub, '#/devices/gauge')
    await scene.says('on hold')
    expect(scene.text()).not.toContain('revoked, certificateHold')
    expect((await hub.api('POST', `${place}/unhold`)).status).toBe(200)
  })

  test('loses its old certificate to the new one that connects first', async () => {
    const next = await hub.enrol('gauge')
    const client = await hub.connect(next, { clientId: 'gauge' })
    await client.endAsync()
    using scene = openConsole(hub, '#/devices/gauge')
    await scene.says('superseded')
    expect(scene.text()).not.toContain('revoked, superseded')
  })

  test('shows an imported password and until when it is good, and loses it', async () => {
    const hash = { algorithm: 'sha256', digest: Buffer.alloc(32).toString('base64') }
    const endsAt = new Date(hub.clock.now().getTime() + 30 * 86_400_000).toISOString()
    const kept = await hub.api('PUT', '/api/devices/gauge/legacy-credential', {
      body: { userName: 'old-gauge', hash, endsAt },
    })
    expect(kept.json()).toMatchObject({ userName: 'old-gauge' })
    using scene = openConsole(hub, '#/devices/gauge')
    await scene.says(/Imported password.*user name old-gauge, ends/)
    await doIt(scene, 'Remove the imported password')
    await scene.says('The imported password is removed.')
    expect((await hub.api('GET', '/api/devices/gauge')).json().legacy).toBeNull()
    await scene.click('Close')
    expect(scene.text()).not.toContain('mported password')
  })

  test('is revoked in Russian', async () => {
    using scene = openConsole(hub, '#/devices/gauge', { language: 'ru' })
    await doIt(scene, 'Отозвать и отключить сейчас')
    await scene.says(/Ответ хаба через \d+ мс/)
    await scene.click('Закрыть')
    await scene.says('отозван, причина не названа')
    const { items } = (await hub.api('GET', '/api/certificates?deviceId=gauge&state=active')).json()
    expect(items).toEqual([])
  })
})
