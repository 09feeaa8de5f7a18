import { describe, expect, test } from 'vitest'
import { ANONYMOUS, type Identity } from '../../src/registry/identity.ts'
import { DEVICE_POLICY, type Policy } from '../../src/registry/policy.ts'
import { createScene, type Scene } from './registry-scene.ts'

const PUMP: Identity = { kind: 'device', id: 'pump-7', userId: 'ann' }
const BACKEND: Identity = { kind: 'service', id: 'backend', userId: undefined }
const OWN = 'users/ann/devices/pump-7/x'

describe('what a device may do', () => {
  test('follows the built-in policy when no other is attached', async () => {
    using scene = await createScene()
    scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann' }, true)
    expect(mayPublish(scene, PUMP, OWN, 'a')).toEqual([true, false])
  })

  test('follows the built-in policy as it was edited', async () => {
    using scene = await createScene()
    scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann' }, true)
    scene.registry.policies.put({ ...allow('a'), name: DEVICE_POLICY.name })
    expect(mayPublish(scene, PUMP, OWN, 'a')).toEqual([false, true])
  })

  test('follows the attached policies instead of the built-in one, all of them as one set', async () => {
    using scene = await createScene()
    scene.registry.policies.put(allow('a'))
    scene.registry.policies.put(allow('b'))
    scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann', policies: ['a', 'b'] }, true)
    expect(mayPublish(scene, PUMP, OWN, 'a', 'b', 'c')).toEqual([false, true, true, false])
  })

  test('follows the built-in policy beside others when it is attached by name', async () => {
    using scene = await createScene()
    scene.registry.policies.put(allow('a'))
    scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann', policies: ['device', 'a'] }, true)
    expect(mayPublish(scene, PUMP, OWN, 'a')).toEqual([true, true])
  })

  test('is nothing once the device is gone, also when another one is given the id in other case', async () => {
    using scene = await createScene()
    scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann' }, true)
    await scene.registry.devices.remove('pump-7')
    expect(mayPublish(scene, PUMP, OWN)).toEqual([false])
    scene.registry.devices.create({ deviceId: 'Pump-7', userId: 'ann' }, true)
    expect(mayPublish(scene, PUMP, OWN)).toEqual([false])
  })
})

describe('what a service may do', () => {
  test('is nothing without a policy', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend' }, true)
    expect(mayPublish(scene, BACKEND, 'a', OWN)).toEqual([false, false])
  })

  test('follows its policies', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend', allow: ['users/+/devices/+/#'] }, true)
    expect(mayPublish(scene, BACKEND, 'a', OWN)).toEqual([false, true])
  })

  test('is nothing once the service is gone, also when another one is given the name in other case', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend', allow: ['a'] }, true)
    await scene.registry.services.remove('backend')
    expect(mayPublish(scene, BACKEND, 'a')).toEqual([false])
    scene.registry.services.create({ name: 'Backend', allow: ['a'] }, true)
    expect(mayPublish(scene, BACKEND, 'a')).toEqual([false])
  })
})

describe('a change is in the next answer:', () => {
  const changes: readonly { name: string; change: (scene: Scene) => unknown }[] = [
    { name: 'a policy is edited', change: ({ registry }) => registry.policies.put({ ...allow('b'), name: 'a' }) },
    {
      name: 'policies are attached',
      change: ({ registry }) => registry.devices.change('pump-7', { policies: [] }, true),
    },
    { name: 'the device is removed', change: ({ registry }) => registry.devices.remove('pump-7') },
  ]
  for (const { name, change } of changes) {
    test(name, async () => {
      using scene = await createScene()
      scene.registry.policies.put(allow('a'))
      scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann', policies: ['a'] }, true)
      expect(mayPublish(scene, PUMP, 'a')).toEqual([true])
      const done = change(scene)
      expect(mayPublish(scene, PUMP, 'a')).toEqual([false])
      await done
    })
  }

  test('a service loses its policies', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend', allow: ['a'] }, true)
    expect(mayPublish(scene, BACKEND, 'a')).toEqual([true])
    const done = scene.registry.services.change('backend', { policies: [] }, true)
    expect(mayPublish(scene, BACKEND, 'a')).toEqual([false])
    await done
  })
})

test('without a change the same connection gets the same answer object: rules are compiled once', async () => {
  using scene = await createScene()
  scene.registry.devices.create({ deviceId: 'pump-7', userId: 'ann' }, true)
  const { access } = scene.registry
  expect(access.policyOf(PUMP)).toBe(access.policyOf(PUMP))
})

function allow(name: string): Policy {
  return { name, rules: [{ effect: 'allow', actions: ['publish'], topicFilter: name }], clientId: 'own' }
}

function mayPublish({ registry }: Scene, identity: Identity, ...topics: readonly string[]): readonly boolean[] {
  return topics.map((topic) => registry.access.policyOf(identity).mayPublish(topic))
}

test('who need not say who it is may use public/#, and nothing else', async () => {
  using scene = await createScene()
  expect(mayPublish(scene, ANONYMOUS, 'public/a', 'public', 'a', OWN)).toEqual([true, true, false, false])
  const policy = scene.registry.access.policyOf(ANONYMOUS)
  expect(['public/#', '#', '$SYS/#'].map((filter) => policy.maySubscribe(filter))).toEqual([true, false, false])
})
