import type { PlannedDevice, PlannedPolicy } from '../import-plan.ts'
import { ALL, listLostOrder, type OrderedRule, policyName, translateTopic } from '../ordered-rules.ts'
import type { AccessRule, AccessRules, Who } from './access-rule.ts'

/** A device of EMQX, with the names by which its rules call it. */
export interface EmqxDevice {
  readonly device: PlannedDevice
  readonly userName: string | undefined
}

export type IdentifiedBy = 'clientid' | 'username'

export interface EmqxPolicies {
  readonly policies: readonly PlannedPolicy[]
  readonly leftOut: readonly string[]
  /** The policies of a device, in the order of their rules. */
  policiesOf(device: EmqxDevice): readonly string[]
}

/** EMQX goes by the first rule that matches and the hub lets a deny win: what that changes is told. */
export function planPolicies({ rules, leftOut }: AccessRules, identifiedBy: IdentifiedBy): EmqxPolicies {
  const end = rules.findIndex(isEnd)
  const reached = end < 0 ? rules : rules.slice(0, end)
  const translated = reached.flatMap((rule) => rule.topics.map((topic) => translate(rule, topic, identifiedBy)))
  const ordered = translated.flatMap((each) => (typeof each === 'string' ? [] : [each]))
  const byWho = Map.groupBy(ordered, ({ who }) => who)
  return {
    policies: [...byWho].map(([name, those]) => ({ name: nameOf(name), rules: those.map(({ rule }) => rule) })),
    leftOut: [
      ...leftOut,
      ...translated.filter((each) => typeof each === 'string'),
      ...listLostOrder(ordered),
      ...(end >= 0 && end < rules.length - 1 ? ['The rules after {deny, all} are never reached'] : []),
    ],
    policiesOf: ({ device, userName }) =>
      [ALL, `clientid ${device.deviceId}`, `username ${userName}`].filter((who) => byWho.has(who)).map(nameOf),
  }
}

/** Everything is denied from here on, as it is on the hub without any rule. */
function isEnd({ who, effect, actions, topics }: AccessRule): boolean {
  return who.kind === 'all' && effect === 'deny' && actions.length === 2 && topics.includes('#')
}

function translate({ who, effect, actions }: AccessRule, topic: string, by: IdentifiedBy): OrderedRule | string {
  const own = by === 'clientid' ? ['${clientid}', '%c'] : ['${username}', '%u']
  const variables = Object.fromEntries([...own, '${cert_common_name}'].map((name) => [name, '{device}']))
  const topicFilter = translateTopic(topic, variables)
  if (topicFilter === undefined) return `${effect} ${topic} (${keyOf(who)}): the hub has no such variable`
  return { who: keyOf(who), rule: { effect, actions, topicFilter } }
}

function keyOf(who: Who): string {
  return who.kind === 'all' ? ALL : `${who.kind} ${who.name}`
}

function nameOf(who: string): string {
  return policyName('emqx', who)
}
