import { expect, test } from 'vitest'
import type { RecordedRefusal } from '../../src/registry/refusal-ring.ts'
import { createScene, peerOf } from './registry-scene.ts'

test('each new group of refusals is announced once', async () => {
  const announced: RecordedRefusal[] = []
  using scene = await createScene({ onNewRefusal: (refusal) => announced.push(refusal) })
  for (let index = 0; index < 3; index++) scene.registry.emqx.authenticate({}, '192.0.2.1')
  expect(announced).toMatchObject([{ cause: 'emqx_body_empty', count: 1 }])
  expect(scene.registry.refusals.list()).toMatchObject([{ count: 3 }])
})

test('a device with a policy that says so, and every service, may use any client id that is nobody else’s', async () => {
  using scene = await createScene()
  const { devices, services, policies, clientIds } = scene.registry
  policies.put({ name: 'any', rules: [], clientId: 'any' })
  devices.create({ deviceId: 'pump' }, true)
  services.create({ name: 'backend' }, true)
  const pump = { kind: 'device', id: 'pump', userId: 'default' } as const
  const backend = { kind: 'service', id: 'backend', userId: undefined } as const
  expect([clientIds.claim(pump, 'x'), clientIds.claim(backend, 'x')]).toEqual(['refused', 'free'])
  await devices.change('pump', { policies: ['any'] }, true)
  expect(clientIds.claim(pump, 'x')).toBe('free')
})

test('a device is enrolled, rotated, revoked, removed and enrolled anew', async () => {
  using scene = await createScene()
  const { admissions, certificates, devices, revocations } = scene.registry
  const admits = (pem: string): boolean => admissions.admit(peerOf(pem)).admitted
  const first = (await certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })).certificate
  const second = (await certificates.issueToDevice({ deviceId: 'pump' })).certificate
  expect([admits(first.pem), admits(second.pem)]).toEqual([true, true])
  await revocations.noteConnection(second)
  expect([admits(first.pem), admits(second.pem)]).toEqual([false, true])
  await certificates.revokeDevice('pump', 'keyCompromise')
  expect(admits(second.pem)).toBe(false)
  await devices.remove('pump')
  const anew = (await certificates.issueToDevice({ deviceId: 'pump' })).certificate
  expect([admits(first.pem), admits(second.pem), admits(anew.pem)]).toEqual([false, false, true])
  expect(devices.get('pump').userId).toBe('default')
})

test('of a connection, its certificate and its token are noted, and each ends what it replaces', async () => {
  using scene = await createScene({ mode: 'mtls_and_token' })
  const { certificates, identityTokens, connectAdmissions, noteConnection } = scene.registry
  await certificates.issueToDevice({ deviceId: 'pump' })
  const { certificate } = await certificates.issueToDevice({ deviceId: 'pump' })
  const before = identityTokens.create('device', 'pump')
  const { id, token } = identityTokens.rotate('device', 'pump', before.id)
  const login = { userName: 'pump', password: Buffer.from(token) }
  const admission = connectAdmissions.admit(peerOf(certificate), { surface: 'mqtts', address: '192.0.2.1', login })
  if (!admission.admitted) throw new Error('not admitted')
  expect(admission.credentials).toEqual([certificate.fingerprint, `token:${id}`])
  noteConnection(admission)
  await scene.settle()
  expect(scene.active('pump').map(({ fingerprint }) => fingerprint)).toEqual([certificate.fingerprint])
  expect(identityTokens.activeOf('device', 'pump')).toMatchObject([{ id }])
})

test('where there is no TLS a login lets in, whatever is asked elsewhere', async () => {
  using scene = await createScene({ mode: 'mtls' })
  scene.registry.devices.create({ deviceId: 'pump' }, true)
  const { id, token } = scene.registry.identityTokens.create('device', 'pump')
  const login = { userName: 'pump', password: Buffer.from(token) }
  const { admit } = scene.registry.connectAdmissions
  expect(admit({}, { surface: 'mqtt', address: '192.0.2.1', login })).toMatchObject({ credentials: [`token:${id}`] })
  expect(admit({}, { surface: 'mqtt', address: '192.0.2.1' })).toMatchObject({ cause: 'login_missing' })
  expect(admit({}, { surface: 'mqtts', address: '192.0.2.1', login })).toMatchObject({ cause: 'certificate_missing' })
  scene.registry.noteConnection({ identity: { kind: 'device', id: 'pump', userId: 'default' }, credentials: [] })
})
