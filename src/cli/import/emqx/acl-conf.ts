import { type AccessRule, type AccessRules, isLiteral, readActions, readEffect, type Who } from './access-rule.ts'
import { formatTerm, isAtom, parseErlangTerms, readTuple, type Term } from './erlang-terms.ts'

/** EMQX's `acl.conf`, of version 4 or 5. */
export function readAclConf(text: string, file: string): AccessRules {
  const readings = parseErlangTerms(text, file).map((term) => ({ term, ...readRule(term) }))
  return {
    rules: readings.flatMap(({ rule }) => rule ?? []),
    leftOut: readings.flatMap(({ term, lost }) =>
      lost === undefined ? [] : [`${file}: ${formatTerm(term)}: the hub has no ${lost}`],
    ),
  }
}

interface Reading {
  readonly rule?: AccessRule
  /** What of it the hub cannot say; the rule is what is left of it. */
  readonly lost?: string
}

function readRule(term: Term): Reading {
  const [permission, subject, action = { atom: 'all' }, filters = ['#']] = readTuple(term)
  const effect = isAtom(permission) ? readEffect(permission.atom) : undefined
  if (!effect || subject === undefined || !Array.isArray(filters)) return { lost: 'such rule' }
  const actions = isAtom(action) ? readActions(action.atom) : undefined
  if (!actions) return { lost: 'rules for a QoS or for retained messages' }
  const who = readWho(subject)
  if (!who) return { lost: 'rules by address, pattern or combination' }
  const topics = filters.map(readTopic)
  const kept = topics.filter((topic) => topic !== undefined)
  return {
    ...(kept.length > 0 ? { rule: { who, effect, actions, topics: kept } } : {}),
    ...(kept.length < topics.length ? { lost: '"eq" for filters with wildcards' } : {}),
  }
}

function readWho(term: Term): Who | undefined {
  if (isAtom(term, 'all')) return { kind: 'all' }
  const [kind, name] = readTuple(term)
  if (typeof name !== 'string') return undefined
  if (isAtom(kind, 'user', 'username')) return { kind: 'username', name }
  return isAtom(kind, 'client', 'clientid') ? { kind: 'clientid', name } : undefined
}

function readTopic(term: Term): string | undefined {
  const [eq, literal] = readTuple(term)
  const exact = isAtom(eq, 'eq') ? literal : typeof term === 'string' ? /^eq (.*)$/s.exec(term)?.[1] : undefined
  if (typeof exact === 'string') return isLiteral(exact) ? exact : undefined
  return typeof term === 'string' ? term : undefined
}
