import { type Item, isItem, parseJson, readItems, readText } from '../json-items.ts'
import { type AccessRule, type AccessRules, isLiteral, readActions, readEffect, type Who } from './access-rule.ts'

/**
 * The rules of EMQX's built-in database, as its REST API answers under
 * `/authorization/sources/built_in_database/rules/{users,clients,all}`, or a list of those answers.
 */
export function readRuleExport(text: string, file: string): AccessRules {
  const value = parseJson(text, file)
  const answers = Array.isArray(value) ? value : [value]
  const owners = answers.flatMap((answer) =>
    isItem(answer) && Array.isArray(answer['rules']) ? [answer] : readItems(answer),
  )
  const readings = owners.flatMap((owner) => readItems(owner['rules']).map((rule) => readRule(rule, whoOf(owner))))
  return {
    rules: readings.flatMap(({ rule }) => rule ?? []),
    leftOut: readings.flatMap(({ lost }) => (lost === undefined ? [] : [`${file}: ${lost}`])),
  }
}

function whoOf(owner: Item): Who {
  for (const kind of ['username', 'clientid'] as const) {
    const name = readText(owner, kind)
    if (name !== undefined) return { kind, name }
  }
  return { kind: 'all' }
}

function readRule(rule: Item, who: Who): { readonly rule?: AccessRule; readonly lost?: string } {
  const topic = readText(rule, 'topic')
  const effect = readEffect(readText(rule, 'permission') ?? '')
  const actions = readActions(readText(rule, 'action') ?? '')
  if (topic === undefined || !effect || !actions) return { lost: `${JSON.stringify(rule)} is no rule` }
  if (narrows(rule['qos'], 3) || narrows(rule['retain'], 'all')) {
    return { lost: `${JSON.stringify(rule)}: the hub has no rules for a QoS or for retained messages` }
  }
  const literal = /^eq (.*)$/s.exec(topic)?.[1]
  if (literal !== undefined && !isLiteral(literal)) {
    return { lost: `${JSON.stringify(rule)}: the hub has no "eq" for filters with wildcards` }
  }
  return { rule: { who, effect, actions, topics: [literal ?? topic] } }
}

/** Whether it says less than all: every QoS (a list of three), or `all`. */
function narrows(value: unknown, all: number | string): boolean {
  if (value === undefined || value === all) return false
  return !(Array.isArray(value) && value.length === all)
}
