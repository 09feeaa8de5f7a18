import { describe, expect, test } from 'vitest'
import { DEVICE_POLICY, type Policy, type PolicyRule } from '../../src/registry/policy.ts'
import { createScene, type Scene } from './registry-scene.ts'

const RULE: PolicyRule = { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'a/{device}/#' }
const SENSORS: Policy = { name: 'sensors', rules: [RULE], clientId: 'own' }

describe('a policy', () => {
  test('is kept as it was put, and replaced by the next of its name', async () => {
    using scene = await createScene()
    const { policies } = scene.registry
    expect(policies.put(SENSORS)).toEqual(SENSORS)
    expect(policies.get('sensors')).toEqual(SENSORS)
    const next: Policy = { ...SENSORS, rules: [], clientId: 'any' }
    policies.put(next)
    expect(policies.get('sensors')).toEqual(next)
    expect(namesIn(scene)).toEqual(['device', 'sensors'])
  })

  test('that nobody put is not found', async () => {
    using scene = await createScene()
    for (const name of ['nothing', 'constructor', 'Device']) {
      expect(() => scene.registry.policies.get(name)).toThrow(expect.objectContaining({ code: 'policy_not_found' }))
    }
  })

  test('is removed when nothing has it', async () => {
    using scene = await createScene()
    scene.registry.policies.put(SENSORS)
    scene.registry.policies.remove('sensors')
    expect(namesIn(scene)).toEqual(['device'])
    expect(() => scene.registry.policies.remove('sensors')).toThrow(
      expect.objectContaining({ code: 'policy_not_found' }),
    )
  })

  const holders: readonly { name: string; attach: (scene: Scene) => unknown }[] = [
    {
      name: 'a device',
      attach: ({ registry }) => registry.devices.create({ deviceId: 'pump', policies: ['sensors'] }, true),
    },
    {
      name: 'a service',
      attach: ({ registry }) => registry.services.create({ name: 'backend', policies: ['sensors'] }, true),
    },
  ]
  for (const { name, attach } of holders) {
    test(`is not removed while ${name} has it`, async () => {
      using scene = await createScene()
      scene.registry.policies.put(SENSORS)
      attach(scene)
      expect(() => scene.registry.policies.remove('sensors')).toThrow(
        expect.objectContaining({ code: 'policy_in_use', message: expect.stringContaining('attach another') }),
      )
      expect(namesIn(scene)).toEqual(['device', 'sensors'])
    })
  }
})

describe('the built-in policy', () => {
  test('is there from the start, can be edited, and stands in the list once', async () => {
    using scene = await createScene()
    expect(scene.registry.policies.list()).toEqual([DEVICE_POLICY])
    const edited: Policy = { ...DEVICE_POLICY, rules: [RULE] }
    scene.registry.policies.put(edited)
    expect(scene.registry.policies.list()).toEqual([edited])
    expect(scene.registry.policies.get('device')).toEqual(edited)
  })

  for (const isEdited of [false, true]) {
    test(`cannot be removed, ${isEdited ? 'edited' : 'as it came'}`, async () => {
      using scene = await createScene()
      if (isEdited) scene.registry.policies.put({ ...DEVICE_POLICY, rules: [RULE] })
      expect(() => scene.registry.policies.remove('device')).toThrow(
        expect.objectContaining({ code: 'policy_in_use', message: expect.stringContaining('built in') }),
      )
      expect(namesIn(scene)).toEqual(['device'])
    })
  }
})

describe('refused, and nothing is kept:', () => {
  const refusals: readonly { name: string; policy: Policy; code: string }[] = [
    { name: 'a name that is none', policy: { ...SENSORS, name: 'a/b' }, code: 'invalid_id' },
    { name: 'a reserved name', policy: { ...SENSORS, name: 'Bulk' }, code: 'invalid_id' },
    { name: 'a name that is a prefix alone', policy: { ...SENSORS, name: 'service:' }, code: 'invalid_id' },
    { name: 'a name too long', policy: { ...SENSORS, name: 'a'.repeat(65) }, code: 'invalid_id' },
    { name: 'a filter that is none', policy: withRule({ topicFilter: 'a/#/b' }), code: 'invalid_policy' },
    { name: 'an unknown variable', policy: withRule({ topicFilter: 'a/{clientid}' }), code: 'invalid_policy' },
    { name: 'a rule without an action', policy: withRule({ actions: [] }), code: 'invalid_policy' },
  ]
  for (const { name, policy, code } of refusals) {
    test(`${code}: ${name}`, async () => {
      using scene = await createScene()
      expect(() => scene.registry.policies.put(policy)).toThrow(expect.objectContaining({ code }))
      expect(namesIn(scene)).toEqual(['device'])
    })
  }

  test('which of the rules is wrong is told by its place', async () => {
    using scene = await createScene()
    const policy = { ...SENSORS, rules: [RULE, { ...RULE, topicFilter: 'a/#/b' }] }
    expect(() => scene.registry.policies.put(policy)).toThrow(expect.objectContaining({ details: { rule: '1' } }))
  })
})

describe('to attach a policy', () => {
  const wide: Policy = { ...SENSORS, name: 'wide', clientId: 'any' }

  test('it has to exist, and an operator may attach none that is wide', async () => {
    using scene = await createScene()
    const { policies } = scene.registry
    policies.put(SENSORS)
    policies.put(wide)
    expect(() => policies.requireAttachable(['sensors', 'device'], false)).not.toThrow()
    expect(() => policies.requireAttachable(['sensors', 'wide'], true)).not.toThrow()
    expect(() => policies.requireAttachable(['sensors', 'wide'], false)).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('wide') }),
    )
    expect(() => policies.requireAttachable(['nothing'], true)).toThrow(
      expect.objectContaining({ code: 'policy_not_found' }),
    )
  })

  test('the built-in one becomes wide with what was made of it', async () => {
    using scene = await createScene()
    scene.registry.policies.put({ ...DEVICE_POLICY, rules: [{ ...RULE, topicFilter: '#' }] })
    expect(() => scene.registry.policies.requireAttachable(['device'], false)).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    )
  })
})

function withRule(changes: Partial<PolicyRule>): Policy {
  return { ...SENSORS, rules: [RULE, { ...RULE, ...changes }] }
}

function namesIn({ registry }: Scene): readonly string[] {
  return registry.policies.list().map(({ name }) => name)
}
