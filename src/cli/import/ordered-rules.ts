import type { PlannedPolicy } from './import-plan.ts'

export type PlannedRule = PlannedPolicy['rules'][number]

/** A rule of a broker that goes by the first one that matches. */
export interface OrderedRule {
  readonly rule: PlannedRule
  /** Whom it is about: rules of different keys never meet, and `all` meets everybody. */
  readonly who: string
}

/** Everybody, for whom a rule names nobody. */
export const ALL = 'all'

/** The rules whose order the hub, where a deny always wins, does not keep: a sentence each. */
export function listLostOrder(ordered: readonly OrderedRule[]): readonly string[] {
  return ordered.flatMap((allow, index) => {
    if (allow.rule.effect !== 'allow') return []
    const deny = ordered.slice(index + 1).find((later) => later.rule.effect === 'deny' && meet(allow, later))
    if (!deny) return []
    return [
      `allow ${allow.rule.topicFilter} (${allow.who}) stands before deny ${deny.rule.topicFilter} (${deny.who}): here the deny wins`,
    ]
  })
}

function meet(a: OrderedRule, b: OrderedRule): boolean {
  const samePeople = a.who === b.who || a.who === ALL || b.who === ALL
  return (
    samePeople &&
    a.rule.actions.some((action) => b.rule.actions.includes(action)) &&
    !areDisjoint(a.rule.topicFilter.split('/'), b.rule.topicFilter.split('/'))
  )
}

/** Two filters without a topic in common differ in a level that both name, or in their length. */
function areDisjoint([a, ...restA]: readonly string[], [b, ...restB]: readonly string[]): boolean {
  if (a === '#' || b === '#' || (a === undefined && b === undefined)) return false
  if (a === undefined || b === undefined) return true
  const differ = a !== b && !isWild(a) && !isWild(b)
  return differ || areDisjoint(restA, restB)
}

// A variable may stand for any name.
function isWild(level: string): boolean {
  return level === '+' || level.includes('{')
}

const VARIABLE = /\$\{[^}]*\}|%[cu]/g

/** The topic filter with the hub's variables for another broker's; none where it says what the hub cannot. */
export function translateTopic(topic: string, variables: Readonly<Record<string, string>>): string | undefined {
  const names = topic.match(VARIABLE) ?? []
  if (names.some((name) => variables[name] === undefined)) return undefined
  // Braces of its own would be taken for a variable.
  if (/[{}]/.test(topic.replaceAll(VARIABLE, ''))) return undefined
  return topic.replaceAll(VARIABLE, (name) => variables[name] ?? name)
}

/** A policy's name for somebody's name. */
export function policyName(prefix: string, name: string): string {
  const kept = `${prefix}-${name}`.replaceAll(/[^A-Za-z0-9._:@-]+/g, '-').replaceAll(/\.{2,}/g, '.')
  return kept.slice(0, 64).replaceAll(/[^A-Za-z0-9]+$/g, '')
}
