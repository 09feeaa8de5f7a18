import { describe, expect, test } from 'vitest'
import { listLostOrder, type OrderedRule, policyName, translateTopic } from '../../../src/cli/import/ordered-rules.ts'

function ordered(
  effect: 'allow' | 'deny',
  topicFilter: string,
  who = 'all',
  action: 'publish' | 'subscribe' = 'publish',
): OrderedRule {
  return { who, rule: { effect, actions: [action], topicFilter } }
}

describe('an allow before a deny', () => {
  for (const { first, second, lost } of [
    { first: 'a/b', second: 'a/#', lost: true },
    { first: 'a', second: 'a/#', lost: true },
    { first: 'a/+', second: '+/b', lost: true },
    { first: 'a/{device}', second: 'a/b', lost: true },
    { first: 'a/b', second: 'a/c', lost: false },
    { first: 'a/+', second: 'a', lost: false },
    { first: 'a/+', second: 'a/b/c', lost: false },
  ]) {
    test(`${first}, ${second}: the order is ${lost ? 'lost' : 'of no account'}`, () => {
      expect(listLostOrder([ordered('allow', first), ordered('deny', second)])).toHaveLength(lost ? 1 : 0)
    })
  }

  test('matters for those alone who are in both', () => {
    expect(listLostOrder([ordered('allow', 'a', 'ann'), ordered('deny', 'a', 'ben')])).toEqual([])
    expect(listLostOrder([ordered('allow', 'a', 'ann'), ordered('deny', 'a')])).toHaveLength(1)
    expect(listLostOrder([ordered('allow', 'a'), ordered('deny', 'a', 'all', 'subscribe')])).toEqual([])
    expect(listLostOrder([ordered('deny', 'a'), ordered('allow', 'a')])).toEqual([])
  })
})

test('a topic is translated whole, or not at all', () => {
  const variables = { '%c': '{device}' }
  expect(translateTopic('a/%c/#', variables)).toBe('a/{device}/#')
  expect(translateTopic('a/%u/#', variables)).toBeUndefined()
  expect(translateTopic('a/{device}', variables)).toBeUndefined()
})

test('the name of a policy is an id, whoever it is named after', () => {
  expect(policyName('emqx', 'username Ünal & co..')).toBe('emqx-username-nal-co')
  expect(policyName('emqx', 'x'.repeat(100))).toHaveLength(64)
})
