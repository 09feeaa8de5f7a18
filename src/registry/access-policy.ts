import { covers, isTopicFilter, matches } from '../topic.ts'
import type { Identity } from './identity.ts'
import type { Policy, PolicyAction, PolicyRule } from './policy.ts'

/** What one identity may do: the rules of all its policies as one set; deny wins; default deny. */
export interface AccessPolicy {
  readonly rules: readonly PolicyRule[]
  readonly anyClientId: boolean
  mayPublish(topicName: string): boolean
  /** Some allow rule covers the whole filter and no deny rule covers all of it; a deny of a part holds at each delivery. */
  maySubscribe(topicFilter: string): boolean
  mayReceive(topicName: string): boolean
}

export function createAccessPolicy(identity: Identity, policies: readonly Policy[]): AccessPolicy {
  const rules = policies.flatMap((policy) => policy.rules).flatMap((rule) => instantiate(rule, identity))
  const filtersOf = (effect: PolicyRule['effect'], action: PolicyAction): readonly string[] =>
    rules.filter((rule) => rule.effect === effect && rule.actions.includes(action)).map((rule) => rule.topicFilter)
  const publish = { allow: filtersOf('allow', 'publish'), deny: filtersOf('deny', 'publish') }
  const subscribe = { allow: filtersOf('allow', 'subscribe'), deny: filtersOf('deny', 'subscribe') }

  return {
    rules,
    anyClientId: policies.some((policy) => policy.clientId === 'any'),
    mayPublish: (topicName) => isAllowed(publish, (filter) => matches(filter, topicName)),
    // A shared subscription is refused until it works; its group is no part of the topics the rules speak of.
    maySubscribe: (topicFilter) =>
      !topicFilter.startsWith('$share/') && isAllowed(subscribe, (filter) => covers(filter, topicFilter)),
    mayReceive: (topicName) => isAllowed(subscribe, (filter) => matches(filter, topicName)),
  }
}

function isAllowed(
  { allow, deny }: { readonly allow: readonly string[]; readonly deny: readonly string[] },
  applies: (topicFilter: string) => boolean,
): boolean {
  return allow.some(applies) && !deny.some(applies)
}

/** The rule with this identity's ids in the place of its variables; none when a variable has no value for it. */
function instantiate(rule: PolicyRule, identity: Identity): readonly PolicyRule[] {
  const values = variablesOf(identity)
  let complete = true
  // Ids hold neither "/", "+" nor "#", so no id can widen the filter it is put into.
  const topicFilter = rule.topicFilter.replace(VARIABLE, (_, name: string) => {
    const value = values.get(name)
    complete &&= value !== undefined
    return value ?? ''
  })
  return complete ? [{ ...rule, topicFilter }] : []
}

const VARIABLE = /\{([^{}/]*)\}/g
const VARIABLE_NAMES: ReadonlySet<string> = new Set(['user', 'device', 'service'])

function variablesOf({ kind, id, userId }: Identity): ReadonlyMap<string, string> {
  const values = new Map<string, string>([[kind, id]])
  return userId === undefined ? values : values.set('user', userId)
}

/** Whether a rule may be kept: a valid topic filter whose variables exist. */
export function isTopicFilterTemplate(text: string): boolean {
  const names = [...text.matchAll(VARIABLE)].map((match) => match[1] ?? '')
  return names.every((name) => VARIABLE_NAMES.has(name)) && isTopicFilter(text.replace(VARIABLE, 'id'))
}

/** Whether only an administrator may attach it: it reaches every topic, the broker's own, or any client id. */
export function isWide(policy: Policy): boolean {
  return (
    policy.clientId === 'any' || policy.rules.some((rule) => rule.effect === 'allow' && /^[#+$]/.test(rule.topicFilter))
  )
}
