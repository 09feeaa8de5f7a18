import { overlaps } from '../topic.ts'
import type { PolicyAction, PolicyRule } from './policy.ts'

/** One rule as EMQX 5.8 and newer take it in the answer to a CONNECT. */
export interface EmqxRule {
  readonly permission: 'allow' | 'deny'
  readonly action: PolicyAction | 'all'
  /** A topic filter; after `eq ` it is compared as it stands. */
  readonly topic: string
}

const DENY_THE_REST: EmqxRule = { permission: 'deny', action: 'all', topic: '#' }

/**
 * An identity's rules in EMQX's form: it takes the first that matches, allows by default, and checks no delivery.
 * What cannot be said there exactly is said narrower.
 */
export function createEmqxRules(rules: readonly PolicyRule[]): readonly EmqxRule[] {
  const denied = rules.filter(({ effect }) => effect === 'deny')
  if (!denied.every(isPlain)) return [DENY_THE_REST]
  const allowed = rules.filter((rule) => rule.effect === 'allow' && isPlain(rule))
  const subscribable = (rule: PolicyRule): boolean => !isCutInto(rule.topicFilter, rules)
  // Those that need a deny of their own come last: what another rule allows whole is allowed by then.
  const [wide, narrow] = [allowed.filter((rule) => !isWidened(rule)), allowed.filter(isWidened)]
  return [
    ...denied.map((rule) => createRule('deny', rule.actions, rule.topicFilter)),
    ...wide.flatMap((rule) => allow(rule, subscribable(rule))),
    ...narrow.flatMap((rule) => allowNarrowly(rule, subscribable(rule))),
    DENY_THE_REST,
  ]
}

/** Whether a deny forbids some of what a subscription would bring: a part that EMQX would deliver all the same. */
export function isCutInto(topicFilter: string, rules: readonly PolicyRule[]): boolean {
  return rules.some(
    ({ effect, actions, topicFilter: denied }) =>
      effect === 'deny' && actions.includes('subscribe') && overlaps(denied, topicFilter),
  )
}

function allow({ actions, topicFilter }: PolicyRule, subscribable: boolean): readonly EmqxRule[] {
  const left = actions.filter((action) => action === 'publish' || subscribable)
  return left.length === 0 ? [] : [createRule('allow', left, topicFilter)]
}

/** What EMQX would widen to `a/#`: that one is denied first, or where it has many forms, only the filter itself allowed. */
function allowNarrowly({ actions, topicFilter }: PolicyRule, subscribable: boolean): readonly EmqxRule[] {
  const parent = topicFilter.replace(WIDENED, '')
  const subscribing: readonly EmqxRule[] = parent.includes('+')
    ? [{ permission: 'allow', action: 'subscribe', topic: `eq ${topicFilter}` }]
    : [
        { permission: 'deny', action: 'subscribe', topic: `eq ${parent}#` },
        { permission: 'allow', action: 'subscribe', topic: topicFilter },
      ]
  return [
    ...(actions.includes('publish') ? [createRule('allow', ['publish'], topicFilter)] : []),
    ...(actions.includes('subscribe') && subscribable ? subscribing : []),
  ]
}

function createRule(
  permission: EmqxRule['permission'],
  [action = 'publish', other]: readonly PolicyAction[],
  topicFilter: string,
): EmqxRule {
  // [MQTT-4.7.2-1] does not hold for EMQX's "#", which means every topic, $SYS and all.
  const topic = topicFilter === '#' ? '+/#' : topicFilter
  return { permission, action: other ? 'all' : action, topic }
}

// To EMQX "+" matches the "#" of a subscription too: "a/+" and "a/+/#" let "a/#" pass, which brings more than they.
const WIDENED = /(?<=^|\/)\+(?:\/#)?$/

function isWidened({ topicFilter }: PolicyRule): boolean {
  // Every topic has a first level: this one is "#".
  return topicFilter !== '+/#' && WIDENED.test(topicFilter)
}

/** EMQX reads `eq ` at the beginning, and `${name}` anywhere, as its own. */
function isPlain({ topicFilter }: PolicyRule): boolean {
  return !topicFilter.startsWith('eq ') && !topicFilter.includes('${')
}
