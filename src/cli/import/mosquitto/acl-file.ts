import { EMPTY_PLAN, type ImportPlan, type PlannedPolicy } from '../import-plan.ts'
import { type PlannedRule, policyName, translateTopic } from '../ordered-rules.ts'

const PATTERNS = 'mosquitto-patterns'
// A device is known by its CN, which Mosquitto takes for the user name (use_identity_as_username).
const VARIABLES = { '%u': '{device}', '%c': '{device}' }

/** Mosquitto's `acl_file`: a deny wins there as it does here. */
export function planAclFile(text: string, file: string): ImportPlan {
  const users = new Set<string>()
  const rules = new Map<string, PlannedRule[]>()
  const leftOut: string[] = []
  let user: string | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, keyword = '', rest = ''] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? []
    if (keyword === 'user') {
      user = rest
      users.add(user)
    } else if (keyword === 'pattern' || keyword === 'topic') addRule(keyword, rest, index + 1)
    else if (!/^\s*(?:#|$)/.test(line)) leftOut.push(`${file} line ${index + 1}: ${line.trim()} is not known`)
  }
  if (rules.size === 0) return { ...EMPTY_PLAN, leftOut }
  return {
    policies: [...rules].map(toPolicy),
    devices: [...users].flatMap(toDevice),
    leftOut: [...leftOut, ...TOLD],
  }

  function addRule(keyword: 'pattern' | 'topic', rest: string, line: number): void {
    const rule = readRule(rest, keyword === 'pattern' ? VARIABLES : {})
    const holder = keyword === 'pattern' ? PATTERNS : user
    if (holder === undefined) leftOut.push(`${file} line ${line}: ${rest}: nobody connects without a name here`)
    else if (!rule) leftOut.push(`${file} line ${line}: ${rest}: the hub has no such variable`)
    else rules.set(holder, [...(rules.get(holder) ?? []), rule])
  }

  function toPolicy([holder, those]: readonly [string, PlannedRule[]]): PlannedPolicy {
    return { name: nameOf(holder), rules: those }
  }

  /** A user of whom the file says nothing else has the rules of everybody, or none. */
  function toDevice(name: string): ImportPlan['devices'] {
    const policies = [name, PATTERNS].filter((holder) => rules.has(holder)).map(nameOf)
    return policies.length === 0 ? [] : [{ deviceId: name, policies }]
  }
}

const TOLD = [
  'Mosquitto lets a client subscribe to more than it may read: here a subscription must be covered by its rules',
] as const

/** The policy that holds for everybody. */
export function patternPolicies(plan: ImportPlan): readonly string[] {
  return plan.policies.some(({ name }) => name === PATTERNS) ? [PATTERNS] : []
}

function nameOf(holder: string): string {
  return holder === PATTERNS ? PATTERNS : policyName('mosquitto', `user ${holder}`)
}

const ACCESS: ReadonlyMap<string, Pick<PlannedRule, 'effect' | 'actions'>> = new Map<
  string,
  Pick<PlannedRule, 'effect' | 'actions'>
>([
  ['read', { effect: 'allow', actions: ['subscribe'] }],
  ['write', { effect: 'allow', actions: ['publish'] }],
  ['readwrite', { effect: 'allow', actions: ['publish', 'subscribe'] }],
  ['deny', { effect: 'deny', actions: ['publish', 'subscribe'] }],
])

function readRule(rest: string, variables: Readonly<Record<string, string>>): PlannedRule | undefined {
  const [, word = '', topic = ''] = /^(\S+)(?:\s+(.*))?$/.exec(rest) ?? []
  const access = topic === '' ? undefined : ACCESS.get(word)
  const topicFilter = translateTopic(access ? topic : rest, variables)
  return topicFilter === undefined
    ? undefined
    : { ...(access ?? { effect: 'allow', actions: ['publish', 'subscribe'] }), topicFilter }
}
