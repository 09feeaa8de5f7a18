import { afterAll, beforeAll, expect, test } from 'vitest'
import { route } from '../../../src/console/router.ts'
import { openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

test('an empty hub says so, and leads to its first device', async () => {
  using scene = openConsole(hub, '#/overview')
  await scene.says('0 of 0 devices online.')
  await scene.says('No device is registered yet.')
  expect(screen.getByRole('link', { name: 'Add a device' }).getAttribute('href')).toBe('#/devices/add')
})

test('tells who is online, what was refused and denied, and how the hub itself is', async () => {
  const board = await hub.enrol('board-1', { userId: 'ada' })
  const client = await hub.connect(board, { clientId: 'board-1' })
  await client.publishAsync('elsewhere', 'no', { qos: 1 })
  await expect(hub.connect({}, { clientId: 'stranger' })).rejects.toThrow()
  using scene = openConsole(hub, '#/overview')
  await scene.says('1 of 1 device online.')
  await scene.says('certificate_missing')
  await scene.says('elsewhere')
  await scene.says('MQTT mtls, API token')
  expect(scene.text()).toContain('Certificates that end')
  await scene.click('Last 24 hours')
  await waitFor(() => expect(route.value.query).toEqual({ range: '24h' }))
  const [asTable] = await screen.findAllByRole('button', { name: 'Show as table' })
  asTable?.click()
  await scene.says('Time')
  await scene.tell('connection.refused', { surface: 'mqtts', cause: 'certificate_missing', address: '::1' })
  await client.endAsync()
})

test('speaks Russian, and asks for attention where readiness is in doubt', async () => {
  using scene = openConsole(hub, '#/overview', { language: 'ru' })
  await scene.says(/На связи \d из 1 устройства\./)
  await scene.says('Когда кончаются сертификаты')
})
