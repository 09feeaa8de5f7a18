import { expect, test } from 'vitest'
import { createAccessPolicy } from '../../../src/registry/access-policy.ts'
import { judgeTopic } from '../../../src/registry/diagnosis/topic-verdict.ts'
import type { Policy } from '../../../src/registry/policy.ts'

const POLICY: Policy = {
  name: 'sensors',
  clientId: 'own',
  rules: [
    { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'a/{device}/#' },
    { effect: 'deny', actions: ['publish'], topicFilter: 'a/{device}/secret' },
  ],
}
const ACCESS = createAccessPolicy({ kind: 'device', id: 'pump-1', userId: 'eva' }, [POLICY])
const ALLOW = 'a/pump-1/#'

for (const { name, action, topic, allowed, filter } of [
  { name: 'ok/the rule that allows', action: 'publish', topic: 'a/pump-1/t', allowed: true, filter: ALLOW },
  { name: 'ok/a filter within a rule', action: 'subscribe', topic: 'a/pump-1/+', allowed: true, filter: ALLOW },
  { name: 'refused/deny wins', action: 'publish', topic: 'a/pump-1/secret', allowed: false, filter: 'a/pump-1/secret' },
  { name: 'refused/no rule speaks of it', action: 'publish', topic: 'b', allowed: false, filter: undefined },
] as const) {
  test(name, () => {
    const verdict = judgeTopic(ACCESS, { action, topic })
    expect({ allowed: verdict.allowed, filter: verdict.rule?.topicFilter }).toEqual({ allowed, filter })
  })
}

for (const { action, topic } of [
  { action: 'publish', topic: 'a/+' },
  { action: 'subscribe', topic: 'a/#/b' },
] as const) {
  test(`${action} ${topic} is what no packet may carry`, () => {
    expect(() => judgeTopic(ACCESS, { action, topic })).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })
}
