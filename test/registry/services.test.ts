import { describe, expect, test } from 'vitest'
import type { ServiceRequest } from '../../src/registry/services.ts'
import { createScene, NOON, type Scene } from './registry-scene.ts'

describe('a service', () => {
  test('is created with its policies', async () => {
    using scene = await createNeighbourhood()
    expect(scene.registry.services.create({ name: 'new', policies: ['narrow'] }, false)).toEqual({
      name: 'new',
      state: 'active',
      policies: ['narrow'],
      createdAt: NOON,
    })
    expect(scene.registry.services.list({ limit: 10 }).items.map(({ name }) => name)).toEqual(['backend', 'new'])
  })

  for (const name of ['new', 'a'.repeat(64)]) {
    test(`of ${name.length} letters is created with topic filters, kept as a policy of its own`, async () => {
      using scene = await createNeighbourhood()
      const service = scene.registry.services.create({ name, policies: ['narrow'], allow: ['a/#', 'b'] }, false)
      expect(service.policies).toEqual(['narrow', `service:${name}`])
      expect(scene.registry.policies.get(`service:${name}`)).toEqual({
        name: `service:${name}`,
        rules: ['a/#', 'b'].map((topicFilter) => ({
          effect: 'allow',
          actions: ['publish', 'subscribe'],
          topicFilter,
        })),
        clientId: 'own',
      })
    })
  }

  test('is given what is wide by an administrator', async () => {
    using scene = await createNeighbourhood()
    const service = scene.registry.services.create({ name: 'new', policies: ['wide'], allow: ['#', '$SYS/#'] }, true)
    expect(service.policies).toEqual(['wide', 'service:new'])
  })

  test('is found by its exact name only', async () => {
    using scene = await createNeighbourhood()
    expect(scene.registry.services.get('backend').name).toBe('backend')
    for (const name of ['Backend', 'nobody', 'pump', 'constructor']) {
      expect(() => scene.registry.services.get(name)).toThrow(expect.objectContaining({ code: 'service_not_found' }))
    }
  })
})

describe('a service is not created, and nothing is left behind:', () => {
  const refusals: readonly { name: string; request: ServiceRequest; wide?: boolean; code: string }[] = [
    { name: 'it exists', request: { name: 'backend' }, code: 'service_exists' },
    { name: 'one exists that differs only in case', request: { name: 'BackEnd' }, code: 'service_exists' },
    { name: 'a device is called so', request: { name: 'Pump' }, code: 'service_exists' },
    { name: 'a device has it as a client id', request: { name: 'legacy' }, code: 'service_exists' },
    { name: 'the name is none', request: { name: 'a/b' }, code: 'invalid_id' },
    { name: 'a policy is unknown', request: { name: 'new', policies: ['x'], allow: ['a'] }, code: 'policy_not_found' },
    { name: 'a filter is none', request: { name: 'new', allow: ['a', 'a/#/b'] }, code: 'invalid_policy' },
    {
      name: 'an operator attaches a wide policy',
      request: { name: 'new', policies: ['wide'] },
      wide: false,
      code: 'forbidden',
    },
    {
      name: 'an operator allows every topic',
      request: { name: 'new', allow: ['a', '#'] },
      wide: false,
      code: 'forbidden',
    },
    {
      name: "an operator allows the broker's topics",
      request: { name: 'new', allow: ['$SYS/#'] },
      wide: false,
      code: 'forbidden',
    },
    {
      name: 'its own policy would take the place of another',
      request: { name: 'taken', allow: ['a'] },
      code: 'service_exists',
    },
  ]
  for (const { name, request, wide = true, code } of refusals) {
    test(`${code}: ${name}`, async () => {
      using scene = await createNeighbourhood()
      const before = dump(scene)
      expect(() => scene.registry.services.create(request, wide)).toThrow(expect.objectContaining({ code }))
      expect(dump(scene)).toBe(before)
    })
  }
})

describe('a change of a service', () => {
  test('changes what it names and leaves the rest', async () => {
    using scene = await createNeighbourhood()
    const before = scene.registry.services.get('backend')
    await scene.registry.services.change('backend', { policies: ['narrow'] }, false)
    await scene.registry.services.change('backend', {}, false)
    expect(scene.registry.services.get('backend')).toEqual({ ...before, policies: ['narrow'] })
    expect(scene.cuts).toEqual([])
  })

  test('to suspended cuts its sessions in the same tick', async () => {
    using scene = await createNeighbourhood()
    const changed = scene.registry.services.change('backend', { state: 'suspended' }, false)
    expect(scene.cuts).toEqual([{ call: 'cutIdentity', of: ['service', 'backend'], admissible: 0 }])
    expect((await changed).state).toBe('suspended')
    expect(scene.lifted).toEqual([])
    await scene.registry.services.change('backend', { state: 'active' }, false)
    expect(scene.lifted).toEqual(['service backend'])
  })

  for (const { name, policies, code } of [
    { name: 'a policy is unknown', policies: ['x'], code: 'policy_not_found' },
    { name: 'an operator attaches a wide one', policies: ['wide'], code: 'forbidden' },
  ]) {
    test(`is refused whole: ${code}: ${name}`, async () => {
      using scene = await createNeighbourhood()
      const before = dump(scene)
      const changes = { policies, state: 'suspended' } as const
      await expect(scene.registry.services.change('backend', changes, false)).rejects.toMatchObject({ code })
      expect(dump(scene)).toBe(before)
      expect(scene.cuts).toEqual([])
    })
  }

  test('is refused for a service that does not exist', async () => {
    using scene = await createNeighbourhood()
    await expect(scene.registry.services.change('nobody', {}, true)).rejects.toMatchObject({
      code: 'service_not_found',
    })
  })
})

describe('a removed service', () => {
  test('loses its sessions in the same tick, its own policy, and keeps its certificates, revoked', async () => {
    using scene = await createNeighbourhood()
    scene.registry.services.create({ name: 'new', policies: ['narrow'], allow: ['a'] }, true)
    const { certificate } = await scene.registry.certificates.issueToService('new', {})
    const removed = scene.registry.services.remove('new')
    expect(scene.cuts).toEqual([
      { call: 'cutCertificates', of: [certificate.fingerprint], admissible: 0 },
      { call: 'forgetIdentity', of: ['service', 'new'], admissible: 0 },
    ])
    await removed
    expect(scene.registry.policies.list().map(({ name }) => name)).not.toContain('service:new')
    expect(scene.registry.policies.get('narrow')).toBeDefined()
    expect(scene.stores.certificates.listOf('service', 'new')).toMatchObject([{ revokedAt: NOON }])
  })

  test('leaves a later one of its name nothing, also when it had given its own policy up', async () => {
    using scene = await createNeighbourhood()
    scene.registry.services.create({ name: 'new', allow: ['a'] }, true)
    await scene.registry.services.change('new', { policies: [] }, true)
    await scene.registry.services.remove('new')
    expect(scene.registry.services.create({ name: 'new', allow: ['b'] }, true).policies).toEqual(['service:new'])
    expect(scene.registry.policies.get('service:new').rules).toHaveLength(1)
  })

  test('is not removed while its own policy is attached to another, and that is said', async () => {
    using scene = await createNeighbourhood()
    scene.registry.services.create({ name: 'new', allow: ['a'] }, true)
    await scene.registry.services.change('backend', { policies: ['service:new'] }, true)
    const before = dump(scene)
    await expect(scene.registry.services.remove('new')).rejects.toMatchObject({ code: 'policy_in_use' })
    expect(dump(scene)).toBe(before)
    expect(scene.cuts).toEqual([])
  })

  test('is there still when the removal cannot be committed, and nobody is cut', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.certificates.issueToService('backend', {})
    const before = dump(scene)
    scene.failCommits()
    await expect(scene.registry.services.remove('backend')).rejects.toThrow('full')
    expect(dump(scene)).toBe(before)
    expect(scene.cuts).toEqual([])
  })

  test('cannot be removed twice', async () => {
    using scene = await createNeighbourhood()
    await scene.registry.services.remove('backend')
    await expect(scene.registry.services.remove('backend')).rejects.toMatchObject({ code: 'service_not_found' })
  })
})

/** The service `backend`; the device `pump` with the client id `legacy`; the policies `narrow`, `wide` and `service:taken`. */
async function createNeighbourhood(): Promise<Scene> {
  const scene = await createScene()
  const { devices, services, policies } = scene.registry
  const rule = { effect: 'allow', actions: ['publish'] } as const
  policies.put({ name: 'narrow', rules: [{ ...rule, topicFilter: 'a/b' }], clientId: 'own' })
  policies.put({ name: 'wide', rules: [{ ...rule, topicFilter: '#' }], clientId: 'own' })
  policies.put({ name: 'service:taken', rules: [], clientId: 'own' })
  devices.create({ deviceId: 'pump', clientIds: ['legacy'] }, true)
  services.create({ name: 'backend' }, true)
  return scene
}

function dump({ database }: Scene): string {
  return JSON.stringify(
    ['services', 'service_policies', 'policies', 'certificates'].map((table) =>
      database.sqlite.prepare(`select * from ${table}`).all(),
    ),
  )
}
