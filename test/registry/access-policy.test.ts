import { describe, expect, test } from 'vitest'
import { createAccessPolicy, isTopicFilterTemplate, isWide } from '../../src/registry/access-policy.ts'
import type { Identity } from '../../src/registry/identity.ts'
import { DEVICE_POLICY, type Policy, type PolicyRule } from '../../src/registry/policy.ts'

const DEVICE: Identity = { kind: 'device', id: 'pump-7', userId: 'ann' }
const SERVICE: Identity = { kind: 'service', id: 'backend', userId: undefined }

const allow = (...topicFilters: readonly string[]): Policy => policyOf('allow', topicFilters)
const deny = (...topicFilters: readonly string[]): Policy => policyOf('deny', topicFilters)

describe('the built-in policy lets a device publish and subscribe under its own topics', () => {
  const access = createAccessPolicy(DEVICE, [DEVICE_POLICY])
  for (const { topic, expected } of [
    { topic: 'users/ann/devices/pump-7/rpc/request', expected: true },
    { topic: 'users/ann/devices/pump-7', expected: true },
    { topic: 'users/ann/devices/pump-70', expected: false },
    { topic: 'users/ann/devices/pump-8/x', expected: false },
    { topic: 'users/bob/devices/pump-7/x', expected: false },
    { topic: 'users/ann', expected: false },
    { topic: 'anything', expected: false },
    { topic: '$SYS/uptime', expected: false },
  ]) {
    test(`${topic}: ${expected ? 'may' : 'may not'}`, () => {
      expect([access.mayPublish(topic), access.maySubscribe(topic), access.mayReceive(topic)]).toEqual([
        expected,
        expected,
        expected,
      ])
    })
  }

  test('but not under those of others by a wildcard', () => {
    for (const filter of ['#', 'users/#', 'users/+/devices/pump-7/#', 'users/ann/devices/+/#', 'users/ann/#']) {
      expect(access.maySubscribe(filter), filter).toBe(false)
    }
  })
})

describe('a SUBSCRIBE', () => {
  interface Row {
    readonly filter: string
    readonly policies: readonly Policy[]
    readonly expected: boolean
  }
  const rows: readonly Row[] = [
    { filter: 'a/b', policies: [], expected: false },
    { filter: 'a/b', policies: [allow('a/#')], expected: true },
    { filter: 'a/#', policies: [allow('a/+', 'a/+/#')], expected: false },
    { filter: 'a/#', policies: [allow('a/b'), allow('a/#')], expected: true },
    { filter: '#', policies: [allow('#')], expected: true },
    { filter: 'a/b', policies: [allow('a/#'), deny('a/b')], expected: false },
    { filter: 'a/b', policies: [deny('a/#'), allow('a/b')], expected: false },
    { filter: 'a/#', policies: [allow('a/#'), deny('a/secret')], expected: true },
    { filter: 'a/#', policies: [allow('a/#'), deny('#')], expected: false },
    { filter: '$SYS/#', policies: [allow('#')], expected: false },
    { filter: '$SYS/#', policies: [allow('+/#')], expected: false },
    { filter: '$SYS/#', policies: [allow('$SYS/#')], expected: true },
    { filter: '$SYS/a', policies: [allow('$SYS/#'), deny('#')], expected: true },
    { filter: '$share/g/a', policies: [allow('#', '$share/g/a', '$share/#', 'a')], expected: false },
    { filter: 'a', policies: [policyOf('allow', ['a'], ['publish'])], expected: false },
    { filter: 'a', policies: [allow('a'), policyOf('deny', ['a'], ['publish'])], expected: true },
  ]
  for (const { filter, policies, expected } of rows) {
    test(`for ${filter} is ${expected ? 'granted' : 'refused'} under: ${describeRules(policies)}`, () => {
      expect(createAccessPolicy(DEVICE, policies).maySubscribe(filter)).toBe(expected)
    })
  }
})

describe('a rule for a part of a granted filter', () => {
  const access = createAccessPolicy(DEVICE, [allow('a/#'), deny('a/secret/#')])

  test('lets the subscription stand and holds at each delivery', () => {
    expect(access.maySubscribe('a/#')).toBe(true)
    expect(access.mayReceive('a/b')).toBe(true)
    expect(access.mayReceive('a/secret/x')).toBe(false)
    expect(access.mayReceive('a/secret')).toBe(false)
  })

  test('holds at each publish', () => {
    expect(access.mayPublish('a/b')).toBe(true)
    expect(access.mayPublish('a/secret')).toBe(false)
  })
})

describe('publish and subscribe are two rights', () => {
  const access = createAccessPolicy(DEVICE, [
    policyOf('allow', ['up'], ['publish']),
    policyOf('allow', ['down'], ['subscribe']),
  ])
  for (const { topic, publish, subscribe } of [
    { topic: 'up', publish: true, subscribe: false },
    { topic: 'down', publish: false, subscribe: true },
  ]) {
    test(`${topic}: publish ${publish}, subscribe ${subscribe}`, () => {
      expect(access.mayPublish(topic)).toBe(publish)
      expect([access.maySubscribe(topic), access.mayReceive(topic)]).toEqual([subscribe, subscribe])
    })
  }
})

describe('a variable in a rule', () => {
  test('stands for the id of whoever is connected', () => {
    const policies = [allow('u/{user}', 'd/{device}/{device}', 's/{service}', 'x{device}y')]
    expect(filtersOf(DEVICE, policies)).toEqual(['u/ann', 'd/pump-7/pump-7', 'xpump-7y'])
    expect(filtersOf(SERVICE, policies)).toEqual(['s/backend'])
  })

  test('that has no value drops its rule, allow and deny alike, and no other', () => {
    const access = createAccessPolicy(SERVICE, [allow('a/#', 'a/{user}/#'), deny('{device}/#')])
    expect(access.rules).toHaveLength(1)
    expect(access.mayPublish('a/b')).toBe(true)
  })
})

test('one policy that allows any client id is enough', () => {
  expect(createAccessPolicy(DEVICE, [allow('a')]).anyClientId).toBe(false)
  expect(createAccessPolicy(DEVICE, [allow('a'), { ...allow(), clientId: 'any' }]).anyClientId).toBe(true)
})

describe('the topic filter of a rule', () => {
  for (const { text, expected } of [
    { text: 'a/#', expected: true },
    { text: 'users/{user}/devices/{device}/#', expected: true },
    { text: '{service}', expected: true },
    { text: 'a/{device}b', expected: true },
    { text: 'a/{', expected: true },
    { text: '', expected: false },
    { text: 'a/#/b', expected: false },
    { text: 'a/{device}+', expected: false },
    { text: '{clientid}/#', expected: false },
    { text: 'a/{}', expected: false },
    { text: 'a/${username}', expected: false },
    { text: 'a/{Device}', expected: false },
  ]) {
    test(`may ${expected ? '' : 'not '}be ${JSON.stringify(text)}`, () => {
      expect(isTopicFilterTemplate(text)).toBe(expected)
    })
  }
})

describe('a policy that only an administrator attaches', () => {
  for (const { name, policy, expected } of [
    { name: 'every topic', policy: allow('#'), expected: true },
    { name: 'every topic, spelled otherwise', policy: allow('+/#'), expected: true },
    { name: 'a wildcard first', policy: allow('+/status'), expected: true },
    { name: 'the topics of the broker', policy: allow('$SYS/#'), expected: true },
    { name: 'one topic of the broker', policy: allow('$SYS/uptime'), expected: true },
    { name: 'any client id', policy: { ...allow('a'), clientId: 'any' } as const, expected: true },
    { name: 'a wide rule among others', policy: allow('a', '#'), expected: true },
    { name: 'its own topics', policy: DEVICE_POLICY, expected: false },
    { name: 'its own topics, its id first', policy: allow('{device}/#'), expected: false },
    { name: 'the topics of a group', policy: allow('building/+/temperature', 'a/#'), expected: false },
    { name: 'denying everything', policy: deny('#', '$SYS/#'), expected: false },
    { name: 'nothing', policy: allow(), expected: false },
  ]) {
    test(`${expected ? 'wide' : 'not wide'}: ${name}`, () => expect(isWide(policy)).toBe(expected))
  }
})

function policyOf(
  effect: PolicyRule['effect'],
  topicFilters: readonly string[],
  actions: PolicyRule['actions'] = ['publish', 'subscribe'],
): Policy {
  return { name: 'p', rules: topicFilters.map((topicFilter) => ({ effect, actions, topicFilter })), clientId: 'own' }
}

function filtersOf(identity: Identity, policies: readonly Policy[]): readonly string[] {
  return createAccessPolicy(identity, policies).rules.map(({ topicFilter }) => topicFilter)
}

function describeRules(policies: readonly Policy[]): string {
  const rules = policies.flatMap(({ rules }) => rules)
  return rules.map(({ effect, actions, topicFilter }) => `${effect} ${actions} ${topicFilter}`).join(', ') || 'nothing'
}
