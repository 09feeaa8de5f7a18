import { afterAll, beforeAll, expect, test } from 'vitest'
import { fireEvent, openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { becomeAuditor } from '../../support/console/page-acts.ts'
import { createSigningRequest } from '../../support/signing-request.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

test('a device gets its bundle, and the page turns green when it connects', async () => {
  using scene = openConsole(hub, '#/devices/add')
  await scene.fill(/Device id/, ' board-1 ')
  await scene.fill(/User/, 'ada')
  await scene.click('Continue')
  await scene.says('The archive is saved.')
  await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^The certificate/))
  await scene.says('This turns green by itself.')
  await scene.tell('device.connected', { kind: 'device', id: 'another' })
  await scene.tell('device.connected', { kind: 'service', id: 'board-1' })
  expect(scene.text()).not.toContain('It is connected.')
  await scene.tell('device.connected', { kind: 'device', id: 'board-1' })
  await scene.says('It is connected.')
  expect((await hub.api('GET', '/api/devices/board-1')).json().userId).toBe('ada')
  await scene.click('Add another')
  await scene.says('How it comes by its certificate')
  await waitFor(() => expect(document.activeElement?.textContent).toMatch(/^Device id/))
})

test('the key of a device stays on it: its request is signed', async () => {
  const { csr } = await createSigningRequest('board-2')
  using scene = openConsole(hub, '#/devices/add?userId=eva')
  await scene.fill(/Device id/, 'board-2')
  fireEvent.click(await screen.findByLabelText(/From its own request/))
  await scene.fill('Request, PEM', 'no request')
  await scene.click('Continue')
  await scene.says('Request id')
  await scene.fill('Request, PEM', csr)
  await scene.click('Continue')
  await scene.says('-----BEGIN CERTIFICATE-----')
})

test('somebody else fetches it by a link, with its QR code', async () => {
  using scene = openConsole(hub, '#/devices/add', { language: 'ru' })
  await scene.fill(/Id устройства/, 'board-3')
  fireEvent.click(await screen.findByLabelText(/Получит человек по ссылке/))
  await scene.click('Дальше')
  await scene.says('/claim#')
  expect(document.querySelector('img[src^="data:image/svg"]')).not.toBeNull()
})

test('what a device is refused for is told where its first connection is waited for', async () => {
  const board = await hub.enrol('board-4')
  await expect(hub.connect(board, { clientId: 'wrong' })).rejects.toThrow()
  using scene = openConsole(hub, '#/devices/add')
  await scene.fill(/Device id/, 'board-4')
  await scene.click('Continue')
  await scene.says('It was refused:')
  await scene.says('Client id not its own')
})

test('who may only read is told who adds devices', async () => {
  using scene = openConsole(hub, '#/devices/add')
  await becomeAuditor(scene)
  await scene.says('An operator or an administrator adds devices.')
  expect(screen.queryByRole('button', { name: 'Continue' })).toBeNull()
})
