import type { PlannedPolicy } from '../import-plan.ts'
import { type Item, isItem, readItems, readNumber, readText } from '../json-items.ts'
import { type PlannedRule, policyName, translateTopic } from '../ordered-rules.ts'

export interface Role {
  readonly name: string
  readonly policy: string
  /** The highest priority first. */
  readonly rules: readonly PlannedRule[]
  readonly leftOut: readonly string[]
}

// A device is known by its CN, which Mosquitto takes for the user name (use_identity_as_username).
const VARIABLES = { '%u': '{device}', '%c': '{device}' }

export function readRoles(config: Item): readonly Role[] {
  return readItems(config['roles']).flatMap((role) => {
    const name = readText(role, 'rolename')
    return name === undefined ? [] : [readRole(name, byPriority(readItems(role['acls'])))]
  })
}

function readRole(name: string, acls: readonly Item[]): Role {
  const readings = acls.map((acl) => readRule(acl))
  return {
    name,
    policy: policyName('mosquitto', `role ${name}`),
    rules: readings.flatMap((reading) => (typeof reading === 'object' ? [reading] : [])),
    leftOut: readings.flatMap((reading) => (typeof reading === 'string' ? [`Role ${name}: ${reading}`] : [])),
  }
}

/** The rule, a sentence on what cannot be said here, or nothing where nothing is lost. */
function readRule(acl: Item): PlannedRule | string | undefined {
  const [type = '', topic = ''] = [readText(acl, 'acltype'), readText(acl, 'topic')]
  const effect = acl['allow'] === true ? 'allow' : 'deny'
  const topicFilter = translateTopic(topic, VARIABLES)
  if (topicFilter === undefined) return `${type} ${topic}: the hub has no such variable`
  if (type === 'publishClientSend') return { effect, actions: ['publish'], topicFilter }
  if (type === 'subscribePattern' || type === 'subscribeLiteral') {
    const isWildcard = /[+#]/.test(topicFilter)
    if (type === 'subscribeLiteral' && effect === 'deny' && isWildcard) {
      return `deny ${type} ${topic}: the hub denies topics, and no single filter`
    }
    return { effect, actions: ['subscribe'], topicFilter }
  }
  if (type === 'publishClientReceive') {
    // Whoever may subscribe receives what it subscribed to: an allow adds nothing.
    return effect === 'deny' ? { effect, actions: ['subscribe'], topicFilter } : undefined
  }
  if (type.startsWith('unsubscribe')) return effect === 'deny' ? 'everybody may unsubscribe here' : undefined
  return `${type} ${topic} is not known`
}

export interface Defaults {
  readonly policies: readonly PlannedPolicy[]
  readonly leftOut: readonly string[]
}

/** What holds where no role says anything: nothing may be sent or subscribed to, and what is subscribed to is received. */
export function readDefaults(config: Item): Defaults {
  const access = isItem(config['defaultACLAccess']) ? config['defaultACLAccess'] : {}
  const actions = [
    ...(access['publishClientSend'] === true ? (['publish'] as const) : []),
    ...(access['subscribe'] === true ? (['subscribe'] as const) : []),
  ]
  return {
    policies:
      actions.length === 0
        ? []
        : [{ name: 'mosquitto-default', rules: [{ effect: 'allow', actions: [...actions], topicFilter: '#' }] }],
    leftOut:
      access['publishClientReceive'] === false
        ? ['Roles decide on publishClientReceive: here whoever may subscribe to a topic receives it']
        : [],
  }
}

/** The highest first; without one it is -1. */
export function byPriority(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (readNumber(b, 'priority') ?? -1) - (readNumber(a, 'priority') ?? -1))
}
