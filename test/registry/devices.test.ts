import { describe, expect, test } from 'vitest'
import type { DeviceChanges, DeviceRequest } from '../../src/registry/devices.ts'
import { DEVICE_POLICY } from '../../src/registry/policy.ts'
import { createScene, NOON, type Scene } from './registry-scene.ts'

describe('a device', () => {
  test('is created with what was asked for, and belongs to "default" where no user was named', async () => {
    using scene = await createNeighbourhood()
    const { devices } = scene.registry
    expect(devices.create({ deviceId: 'new' }, false)).toEqual({
      id: 'new',
      userId: 'default',
      state: 'active',
      policies: [],
      clientIds: [],
      createdAt: NOON,
    })
    const request = { deviceId: 'AA:BB@x', userId: 'new-user', policies: ['narrow', 'device'], clientIds: ['x', 'y'] }
    const { deviceId: id, ...rest } = request
    expect(devices.create(request, false)).toMatchObject({ id, ...rest })
    expect(devices.get('AA:BB@x')).toMatchObject({ id, ...rest })
  })

  test('may have its own id, or one twice, among its client ids', async () => {
    using scene = await createNeighbourhood()
    expect(scene.registry.devices.create({ deviceId: 'new', clientIds: ['new', 'x', 'x'] }, true).clientIds).toEqual([
      'new',
      'x',
    ])
    expect((await scene.registry.devices.change('new', { clientIds: ['y', 'x', 'y'] }, true)).clientIds).toEqual([
      'y',
      'x',
    ])
    expect(scene.registry.devices.get('new').clientIds).toEqual(['y', 'x'])
  })

  test('is found by its exact id only', async () => {
    using scene = await createNeighbourhood()
    expect(scene.registry.devices.get('pump').userId).toBe('ann')
    for (const id of ['PUMP', 'nobody', 'constructor', 'legacy', 'backend']) {
      expect(() => scene.registry.devices.get(id)).toThrow(expect.objectContaining({ code: 'device_not_found' }))
    }
  })

  test('is listed with the others', async () => {
    using scene = await createNeighbourhood()
    expect(scene.registry.devices.list({ limit: 10, userId: 'bob' }).items.map(({ id }) => id)).toEqual(['valve'])
  })
})

describe('a device is not created, and nothing is left behind:', () => {
  const refusals: readonly { name: string; request: DeviceRequest; wide?: boolean; code: string }[] = [
    { name: 'it exists', request: { deviceId: 'pump' }, code: 'device_exists' },
    { name: 'one exists that differs only in case', request: { deviceId: 'Pump' }, code: 'case_conflict' },
    { name: 'a service is called so', request: { deviceId: 'backend' }, code: 'device_exists' },
    { name: 'a service is called so in other case', request: { deviceId: 'Backend' }, code: 'device_exists' },
    { name: 'the id is a client id of another', request: { deviceId: 'legacy' }, code: 'client_id_taken' },
    { name: 'the id is none', request: { deviceId: 'a/b' }, code: 'invalid_id' },
    { name: 'the id is reserved', request: { deviceId: 'Bulk' }, code: 'invalid_id' },
    { name: "the user's id is none", request: { deviceId: 'new', userId: '' }, code: 'invalid_id' },
    { name: 'a user differs only in case', request: { deviceId: 'new', userId: 'ANN' }, code: 'case_conflict' },
    { name: 'a policy is unknown', request: { deviceId: 'new', policies: ['x'] }, code: 'policy_not_found' },
    {
      name: 'an operator attaches a wide policy',
      request: { deviceId: 'new', policies: ['wide'] },
      wide: false,
      code: 'forbidden',
    },
    { name: 'a client id is none', request: { deviceId: 'new', clientIds: ['a b'] }, code: 'invalid_id' },
    {
      name: 'a client id is recorded for another',
      request: { deviceId: 'new', clientIds: ['x', 'legacy'] },
      code: 'client_id_taken',
    },
    { name: 'a client id is a device', request: { deviceId: 'new', clientIds: ['pump'] }, code: 'client_id_taken' },
    {
      name: 'a client id is a device in other case',
      request: { deviceId: 'new', clientIds: ['PUMP'] },
      code: 'client_id_taken',
    },
    { name: 'a client id is a service', request: { deviceId: 'new', clientIds: ['backend'] }, code: 'client_id_taken' },
  ]
  for (const { name, request, wide = true, code } of refusals) {
    test(`${code}: ${name}`, async () => {
      using scene = await createNeighbourhood()
      const before = dump(scene)
      expect(() => scene.registry.devices.create(request, wide)).toThrow(expect.objectContaining({ code }))
      expect(dump(scene)).toBe(before)
    })
  }
})

describe('a change of a device', () => {
  test('changes what it names and leaves the rest', async () => {
    using scene = await createNeighbourhood()
    const before = scene.registry.devices.get('valve')
    expect(await scene.registry.devices.change('valve', { policies: ['narrow'] }, false)).toEqual({
      ...before,
      policies: ['narrow'],
    })
    expect(await scene.registry.devices.change('valve', {}, false)).toEqual({ ...before, policies: ['narrow'] })
    expect(scene.registry.devices.get('valve')).toEqual({ ...before, policies: ['narrow'] })
    expect(scene.cuts).toEqual([])
  })

  const refusals: readonly { name: string; changes: DeviceChanges; wide?: boolean; code: string }[] = [
    { name: 'a policy is unknown', changes: { policies: ['x'] }, code: 'policy_not_found' },
    { name: 'an operator attaches a wide policy', changes: { policies: ['wide'] }, wide: false, code: 'forbidden' },
    { name: "the new owner's id is none", changes: { userId: 'a/b' }, code: 'invalid_id' },
    { name: 'the new owner differs from a user only in case', changes: { userId: 'BOB' }, code: 'case_conflict' },
    { name: 'a client id is taken', changes: { userId: 'bob', clientIds: ['legacy'] }, code: 'client_id_taken' },
    { name: 'a client id is none', changes: { state: 'suspended', clientIds: ['a/b'] }, code: 'invalid_id' },
  ]
  for (const { name, changes, wide = true, code } of refusals) {
    test(`is refused whole, and cuts nobody: ${code}: ${name}`, async () => {
      using scene = await createNeighbourhood()
      await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      const before = dump(scene)
      await expect(scene.registry.devices.change('pump', changes, wide)).rejects.toMatchObject({ code })
      expect(dump(scene)).toBe(before)
      expect(scene.cuts).toEqual([])
    })
  }

  test('is refused for a device that does not exist, also in other case', async () => {
    using scene = await createNeighbourhood()
    for (const id of ['nobody', 'PUMP']) {
      await expect(scene.registry.devices.change(id, {}, true)).rejects.toMatchObject({ code: 'device_not_found' })
    }
  })

  test('of its state to suspended cuts its sessions in the same tick, and keeps certificates and queues', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    const changed = scene.registry.devices.change('pump', { state: 'suspended' }, false)
    expect(scene.cuts).toEqual([{ call: 'cutIdentity', of: ['device', 'pump'], admissible: 0 }])
    await changed
    expect(scene.active('pump')).toEqual([])
    // By its certificate: suspending it lifted nothing.
    expect(scene.lifted).toEqual(['device pump'])
    await scene.registry.devices.change('pump', { state: 'active' }, false)
    expect(scene.active('pump')).toHaveLength(1)
    expect(scene.lifted).toEqual(['device pump', 'device pump'])
    expect(scene.cuts).toHaveLength(1)
  })

  test('is not held up by a client id it has already, though a service was since called so in other case', async () => {
    using scene = await createNeighbourhood()
    scene.registry.services.create({ name: 'Legacy' }, true)
    await scene.registry.devices.change('valve', { state: 'suspended', clientIds: ['legacy', 'x'] }, false)
    expect(scene.registry.devices.get('valve')).toMatchObject({ state: 'suspended', clientIds: ['legacy', 'x'] })
  })

  test('that takes a client id away cuts its sessions in the same tick; one that adds does not', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.devices.change('valve', { clientIds: ['legacy', 'more'] }, false)
    expect(scene.cuts).toEqual([])
    const changed = scene.registry.devices.change('valve', { clientIds: ['more'] }, false)
    expect(scene.cuts).toEqual([{ call: 'cutIdentity', of: ['device', 'valve'], admissible: 1 }])
    await changed
    expect(scene.registry.devices.create({ deviceId: 'legacy' }, false).id).toBe('legacy')
  })
})

describe('another owner', () => {
  test('ends what the device was: certificates revoked, sessions cut, queues dropped, in the same tick', async () => {
    using scene = await createNeighbourhood()
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    const changed = scene.registry.devices.change('pump', { userId: 'bob' }, false)
    expect(scene.cuts).toEqual([
      { call: 'cutCertificates', of: [certificate.fingerprint], admissible: 0 },
      { call: 'forgetIdentity', of: ['device', 'pump', 'ann'], admissible: 0 },
    ])
    expect((await changed).userId).toBe('bob')
    expect(scene.active('pump')).toEqual([])
    expect(scene.events.at(-1)).toBe('certificate.revoked pump')
  })

  test('gets a certificate of its own', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    await scene.registry.devices.change('pump', { userId: 'bob' }, false)
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'bob' })
    expect(scene.active('pump')).toHaveLength(1)
  })

  test('who is the owner already ends nothing', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    await scene.registry.devices.change('pump', { userId: 'ann' }, false)
    expect(scene.active('pump')).toHaveLength(1)
    expect(scene.cuts).toEqual([])
  })

  test('and suspended at once is both', async () => {
    using scene = await createNeighbourhood()
    const changed = scene.registry.devices.change('pump', { userId: 'bob', state: 'suspended' }, false)
    expect(scene.cuts.map(({ call }) => call)).toEqual(['forgetIdentity', 'cutIdentity'])
    expect(await changed).toMatchObject({ userId: 'bob', state: 'suspended' })
  })
})

describe('a removed device', () => {
  test('loses its sessions and what was stored for it in the same tick, and keeps its certificates, revoked', async () => {
    using scene = await createNeighbourhood()
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    const removed = scene.registry.devices.remove('pump')
    expect(scene.cuts).toEqual([
      { call: 'cutCertificates', of: [certificate.fingerprint], admissible: 0 },
      { call: 'forgetIdentity', of: ['device', 'pump', 'ann'], admissible: 0 },
    ])
    await removed
    expect(scene.stores.certificates.listOf('device', 'pump')).toMatchObject([
      { revokedAt: NOON, revocationReason: 'cessationOfOperation' },
    ])
  })

  test('leaves a later device of its id nothing', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.devices.change('valve', { state: 'suspended', policies: ['wide'] }, true)
    await scene.registry.certificates.issueToDevice({ deviceId: 'valve' })
    await scene.registry.devices.remove('valve')
    const later = scene.registry.devices.create({ deviceId: 'valve' }, false)
    expect(later).toMatchObject({ userId: 'default', state: 'active', policies: [], clientIds: [] })
    expect(scene.active('valve')).toEqual([])
    const identity = { kind: 'device', id: 'valve', userId: 'default' } as const
    expect(scene.registry.access.policyOf(identity).rules).toHaveLength(DEVICE_POLICY.rules.length)
    expect(scene.registry.clientIds.claim(identity, 'legacy')).toBe('refused')
  })

  test('cannot be removed twice, nor under another spelling', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.devices.remove('pump')
    for (const id of ['pump', 'VALVE']) {
      await expect(scene.registry.devices.remove(id)).rejects.toMatchObject({ code: 'device_not_found' })
    }
  })
})

describe('what cannot be committed leaves everything, and cuts and drops nothing:', () => {
  const attempts: readonly { name: string; attempt: (scene: Scene) => Promise<unknown> }[] = [
    { name: 'a removal', attempt: ({ registry }) => registry.devices.remove('pump') },
    { name: 'another owner', attempt: ({ registry }) => registry.devices.change('pump', { userId: 'bob' }, true) },
    {
      name: 'a suspension',
      attempt: ({ registry }) => registry.devices.change('pump', { state: 'suspended' }, true),
    },
  ]
  for (const { name, attempt } of attempts) {
    test(name, async () => {
      using scene = await createNeighbourhood()
      await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      const [before, events] = [dump(scene), scene.events.length]
      scene.failCommits()
      await expect(attempt(scene)).rejects.toThrow('full')
      expect(dump(scene)).toBe(before)
      expect([scene.cuts, scene.events.length]).toEqual([[], events])
    })
  }
})

/** `pump` of ann; `valve` of bob with the client id `legacy`; the service `backend`; the policies `narrow` and `wide`. */
async function createNeighbourhood(): Promise<Scene> {
  const scene = await createScene()
  const { devices, services, policies } = scene.registry
  const rule = { effect: 'allow', actions: ['publish'] } as const
  policies.put({ name: 'narrow', rules: [{ ...rule, topicFilter: 'a/b' }], clientId: 'own' })
  policies.put({ name: 'wide', rules: [{ ...rule, topicFilter: '#' }], clientId: 'own' })
  devices.create({ deviceId: 'pump', userId: 'ann' }, true)
  devices.create({ deviceId: 'valve', userId: 'bob', clientIds: ['legacy'] }, true)
  services.create({ name: 'backend' }, true)
  return scene
}

function dump({ database }: Scene): string {
  return JSON.stringify(
    ['users', 'devices', 'device_client_ids', 'device_policies', 'certificates'].map((table) =>
      database.sqlite.prepare(`select * from ${table}`).all(),
    ),
  )
}
