import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fireEvent, openConsole, screen } from '../../../support/console/console-scene.tsx'
import { pressAndConfirm } from '../../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ settings: { mqtt: { auth: 'mtls_or_token' } } })
})
afterAll(() => hub[Symbol.asyncDispose]())

let tokenId: string
beforeEach(async () => {
  await hub.enrol('pump')
  tokenId = (await hub.api('POST', '/api/devices/pump/tokens')).json().id
})

test('whose certificates are revoked, and who has a token, is said to be let in by that', async () => {
  using scene = openConsole(hub, '#/devices/pump')
  await pressAndConfirm(scene, 'Revoke and cut off now')
  await scene.says(`It may come back all the same: token ${tokenId} still lets device pump in`)
  await hub.api('DELETE', `/api/devices/pump/tokens/${tokenId}`)
  await hub.enrol('pump')
  await scene.click('Close')
  await pressAndConfirm(scene, 'Revoke and cut off now')
  await scene.says('Revoked and cut off; the hub answered after')
  expect(scene.text()).not.toContain('all the same')
})

test('and is counted among many', async () => {
  await hub.enrol('valve')
  using scene = openConsole(hub, '#/devices', { language: 'ru' })
  await scene.says('valve')
  fireEvent.click(screen.getByLabelText('Выбрать Устройства'))
  await scene.click('Отозвать и отключить сейчас')
  await scene.confirm('Отозвать и отключить сейчас')
  await scene.says('Сделано для 2 из 2. 1 устройство может вернуться по токену')
})
