import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, eventually, pressAndConfirm, submit } from '../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

const PASSPHRASE = 'correct horse battery staple'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ settings: { ca: { passphrase: PASSPHRASE } } })
  await hub.enrol('pump-1', { userId: 'eva' })
}, 240_000)
afterAll(() => hub[Symbol.asyncDispose]())

const stateOfKey = async () => (await hub.api('GET', '/api/ca')).json().state

test('the CA tells its chain, its CRL and where its files are', async () => {
  using scene = openConsole(hub, '#/certificates?tab=authority')
  await scene.says('Unlocked: it signs')
  await scene.says('issuing, and its own root')
  expect(scene.text()).toContain('in a file of the hub')
  expect(scene.text()).toContain('None: only devices with a certificate of this hub are let in.')
  expect(screen.getByRole('link', { name: 'Download ca.pem' }).getAttribute('href')).toBe('pki/ca.pem')
  expect(screen.getByRole('link', { name: 'Download the CRL' }).getAttribute('href')).toMatch(/^pki\/.*ca\.crl$/)
})

test('the key is locked after one question, and unlocked by its passphrase alone', async () => {
  using scene = openConsole(hub, '#/certificates?tab=authority')
  await pressAndConfirm(scene, 'Lock')
  await scene.says('Locked: nothing is issued')
  expect(await stateOfKey()).toBe('locked')
  await scene.fill(/^Passphrase/, 'wrong')
  await submit(/^Passphrase/)
  await eventually(() => screen.getByRole('alert'))
  expect(await stateOfKey()).toBe('locked')
  await scene.fill(/^Passphrase/, PASSPHRASE)
  await submit(/^Passphrase/)
  await scene.says('Unlocked: it signs')
  expect(await stateOfKey()).toBe('unlocked')
})

test('whoever may only read is shown neither lock nor replacement', async () => {
  using scene = openConsole(hub, '#/certificates?tab=authority')
  await becomeAuditor(scene)
  await scene.says('Change of the CA')
  expect(screen.queryByRole('button', { name: 'Lock' })).toBeNull()
  expect(screen.queryByRole('button', { name: 'Replace the CA' })).toBeNull()
})

test('a CA of others appears as soon as it is trusted, with what becomes of its devices', async () => {
  using scene = openConsole(hub, '#/certificates?tab=authority')
  await scene.says('None: only devices with a certificate of this hub are let in.')
  await using factory = await startTestHub()
  const body = { certificate: factory.ca, registration: 'pending', owner: 'eva' }
  const answer = await hub.api('POST', '/api/ca/trust-anchors', { body })
  expect(answer.status, answer.text).toBe(201)
  const { fingerprint } = answer.json()
  await scene.tell('authority.trusted', { fingerprint, registration: 'pending' })
  await scene.says('wait for approval')
  await hub.api('DELETE', `/api/ca/trust-anchors/${fingerprint}`)
  await scene.tell('authority.distrusted', { fingerprint })
  await scene.says('None: only devices')
})

test('the CA is replaced: who has not moved is listed, and the old one is retired', async () => {
  using scene = openConsole(hub, '#/certificates?tab=authority')
  await pressAndConfirm(scene, 'Replace the CA')
  await scene.says('Who has not moved')
  await scene.says('device pump-1')
  expect(await scene.api.get('api/ca/rotation')).toMatchObject({ underway: true })
  await scene.tell('authority.rotated', { fingerprint: '', previous: '' })
  await pressAndConfirm(scene, 'Retire the old CA')
  await scene.says('None is under way.')
  await eventually(() => expect(scene.text()).not.toContain('None yet.'))
  expect(await scene.api.get('api/ca/tree')).toMatchObject({ retired: [{ retiredAt: expect.any(String) }] })
})

test('the page speaks Russian', async () => {
  using scene = openConsole(hub, '#/certificates?tab=authority', { language: 'ru' })
  await scene.says('Открыт: подписывает')
})
