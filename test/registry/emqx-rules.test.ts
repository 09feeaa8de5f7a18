import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAccessPolicy } from '../../src/registry/access-policy.ts'
import { createEmqxRules, type EmqxRule } from '../../src/registry/emqx-rules.ts'
import type { PolicyAction, PolicyRule } from '../../src/registry/policy.ts'
import { isTopicFilter, isTopicName, overlaps } from '../../src/topic.ts'

const DENY_THE_REST = { permission: 'deny', action: 'all', topic: '#' }

describe('a policy in the form of EMQX', () => {
  for (const { name, rules, expected } of [
    { name: 'without rules denies everything', rules: [], expected: [] },
    { name: 'allows both actions at once', rules: [allow('a/#')], expected: [{ ...ALLOW, topic: 'a/#' }] },
    {
      name: 'allows one action',
      rules: [allow('a/#', ['subscribe'])],
      expected: [{ permission: 'allow', action: 'subscribe', topic: 'a/#' }],
    },
    { name: 'keeps $SYS out of "#"', rules: [allow('#')], expected: [{ ...ALLOW, topic: '+/#' }] },
    {
      name: 'has its denials first',
      rules: [allow('a/b'), deny('a/#')],
      expected: [
        { ...DENY, topic: 'a/#' },
        { permission: 'allow', action: 'publish', topic: 'a/b' },
      ],
    },
    {
      name: 'allows no subscription that would bring what is denied: EMQX checks no delivery',
      rules: [allow('a/#'), deny('a/secret')],
      expected: [
        { ...DENY, topic: 'a/secret' },
        { permission: 'allow', action: 'publish', topic: 'a/#' },
      ],
    },
    {
      name: 'allows a subscription beside what may not be published',
      rules: [allow('a/#'), deny('a/config', ['publish'])],
      expected: [
        { permission: 'deny', action: 'publish', topic: 'a/config' },
        { ...ALLOW, topic: 'a/#' },
      ],
    },
    {
      name: 'denies "a/#" where "a/+" is allowed: EMQX lets "+" match "#"',
      rules: [allow('a/+')],
      expected: [
        { permission: 'allow', action: 'publish', topic: 'a/+' },
        { permission: 'deny', action: 'subscribe', topic: 'eq a/#' },
        { permission: 'allow', action: 'subscribe', topic: 'a/+' },
      ],
    },
    {
      name: 'denies "a/#" where "a/+/#" is allowed: it brings "a" as well',
      rules: [allow('a/+/#', ['subscribe'])],
      expected: [
        { permission: 'deny', action: 'subscribe', topic: 'eq a/#' },
        { permission: 'allow', action: 'subscribe', topic: 'a/+/#' },
      ],
    },
    {
      name: 'allows "+/a/+" as it stands alone: what would be denied before it cannot be listed',
      rules: [allow('+/a/+', ['subscribe'])],
      expected: [{ permission: 'allow', action: 'subscribe', topic: 'eq +/a/+' }],
    },
    {
      name: 'leaves out what EMQX would read otherwise',
      rules: [allow('eq a/#'), allow('a/${username}'), allow('b')],
      expected: [{ ...ALLOW, topic: 'b' }],
    },
    {
      name: 'denies everything where EMQX would read a denial otherwise',
      rules: [allow('b'), deny('eq b')],
      expected: [],
    },
  ] satisfies { name: string; rules: PolicyRule[]; expected: object[] }[]) {
    test(name, () => expect(createEmqxRules(rules)).toEqual([...expected, DENY_THE_REST]))
  }
})

describe('as EMQX 5.8 reads the rules', () => {
  const level = fc.constantFrom('a', 'b', '+', '', '$S')
  const filter = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))
    .chain((text) => fc.constantFrom(text, '#'))
    .filter(isTopicFilter)
  const actions = fc.constantFrom<PolicyAction[]>(['publish'], ['subscribe'], ['publish', 'subscribe'])
  const rule: fc.Arbitrary<PolicyRule> = fc.record({
    effect: fc.constantFrom('allow', 'allow', 'deny'),
    actions,
    topicFilter: filter,
  })
  const rules = fc.array(rule, { minLength: 1, maxLength: 4 })
  const policyOf = (of: readonly PolicyRule[]) =>
    createAccessPolicy({ kind: 'device', id: 'd', userId: 'u' }, [{ name: 'p', clientId: 'own', rules: of }])

  test('a publish is allowed where our broker allows it, and nowhere else', () => {
    fc.assert(
      fc.property(rules, filter, (of, topic) => {
        fc.pre(isTopicName(topic))
        expect(judgeAsEmqx(createEmqxRules(of), 'publish', topic)).toBe(policyOf(of).mayPublish(topic))
      }),
      { numRuns: 2_000 },
    )
  })

  test('a subscription is allowed only where our broker allows it, and brings nothing that is denied', () => {
    fc.assert(
      fc.property(rules, filter, (of, topic) => {
        fc.pre(judgeAsEmqx(createEmqxRules(of), 'subscribe', topic))
        expect(policyOf(of).maySubscribe(topic)).toBe(true)
        const denied = of.filter(({ effect, actions }) => effect === 'deny' && actions.includes('subscribe'))
        expect(denied.filter(({ topicFilter }) => overlaps(topicFilter, topic))).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('a filter that a policy names is allowed where nothing of it is denied', () => {
    fc.assert(
      fc.property(fc.array(filter, { minLength: 1, maxLength: 4 }), (filters) => {
        const emqx = createEmqxRules(filters.map((each) => allow(each)))
        for (const each of filters) expect(judgeAsEmqx(emqx, 'subscribe', each)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

const ALLOW = { permission: 'allow', action: 'all' }
const DENY = { permission: 'deny', action: 'all' }

function allow(topicFilter: string, actions: readonly PolicyAction[] = ['publish', 'subscribe']): PolicyRule {
  return { effect: 'allow', actions, topicFilter }
}

function deny(topicFilter: string, actions: readonly PolicyAction[] = ['publish', 'subscribe']): PolicyRule {
  return { effect: 'deny', actions, topicFilter }
}

/** EMQX 5.8: emqx_authz_rule:matches/4 and emqx_topic:match/2; without a match the authorisers are asked, here none. */
function judgeAsEmqx(rules: readonly EmqxRule[], action: PolicyAction, topic: string): boolean {
  const found = rules.find(
    (each) => (each.action === 'all' || each.action === action) && matchesAsEmqx(topic, each.topic),
  )
  return found?.permission === 'allow'
}

function matchesAsEmqx(topic: string, filter: string): boolean {
  if (filter.startsWith('eq ')) return filter.slice('eq '.length) === topic
  if (filter === '#') return true
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  return matchLevels(topic.split('/'), filter.split('/'))
}

function matchLevels(topic: readonly string[], filter: readonly string[]): boolean {
  const [[name, ...names], [level, ...levels]] = [topic, filter]
  if (name === undefined && level === undefined) return true
  if (name !== undefined && (name === level || level === '+')) return matchLevels(names, levels)
  return level === '#' && levels.length === 0
}
