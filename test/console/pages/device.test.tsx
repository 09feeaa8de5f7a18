import { afterAll, beforeAll, expect, test } from 'vitest'
import { route } from '../../../src/console/router.ts'
import { openConsole, waitFor } from '../../support/console/console-scene.tsx'
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
  await scene.says('in 364 days')
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
  await scene.click('Close')
  await scene.says('Last seen')
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
  await scene.says('certificate_issued')
  await scene.says('client_id')
})

test('its messages are shown as they pass, newer ones when they are asked for', async () => {
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
})

test('its methods are called, and what goes wrong is told', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=rpc')
  await scene.fill('Method', 'ping')
  await scene.click('Call')
  await scene.says(/offline|not connected/i)
  await scene.fill('Params, JSON', '{')
  await scene.click('Call')
  await scene.says('Params are no JSON.')
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

test('what stands in its way is told', async () => {
  using scene = openConsole(hub, '#/devices/board-1?tab=check', { language: 'ru' })
  await scene.says('Что, по сведениям хаба, ему мешает')
  await scene.says('в порядке')
})

test('a new bundle is saved, a revocation cuts off, and a deletion leads back to the list', async () => {
  using scene = openConsole(hub, '#/devices/board-1')
  await doIt(scene, 'New certificate and bundle')
  await scene.says('Saved. The new certificate takes over')
  await scene.click('Close')
  await doIt(scene, 'Revoke and cut off now')
  await scene.says('Revoked and cut off; the hub answered after')
  await scene.click('Close')
  await scene.says('revoked, unspecified')
  const { items } = (await hub.api('GET', '/api/certificates?deviceId=board-1&state=active')).json()
  expect(items).toEqual([])
  await scene.tell('certificate.revoked', { kind: 'device', id: 'board-1' })
  await doIt(scene, 'Delete')
  await waitFor(() => expect(route.value.path).toEqual(['devices']))
  expect((await hub.api('GET', '/api/devices/board-1')).status).toBe(404)
})

test('a device that is not there says so', async () => {
  using scene = openConsole(hub, '#/devices/nobody')
  await scene.says('Device not found')
  await scene.click('Try again')
})
