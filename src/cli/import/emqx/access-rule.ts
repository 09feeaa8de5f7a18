import type { PlannedRule } from '../ordered-rules.ts'

/** Whom a rule of EMQX is about, as far as the hub can say it. */
export type Who = { readonly kind: 'all' } | { readonly kind: 'username' | 'clientid'; readonly name: string }

export interface AccessRule {
  readonly who: Who
  readonly effect: PlannedRule['effect']
  readonly actions: PlannedRule['actions']
  readonly topics: readonly string[]
}

export interface AccessRules {
  readonly rules: readonly AccessRule[]
  /** What the hub cannot say: a sentence each. */
  readonly leftOut: readonly string[]
}

const ACTIONS: ReadonlyMap<string, PlannedRule['actions']> = new Map<string, PlannedRule['actions']>([
  ['publish', ['publish']],
  ['subscribe', ['subscribe']],
  ['all', ['publish', 'subscribe']],
  // EMQX 4
  ['pubsub', ['publish', 'subscribe']],
])

export function readActions(name: string): PlannedRule['actions'] | undefined {
  return ACTIONS.get(name)
}

export function readEffect(name: string): PlannedRule['effect'] | undefined {
  return name === 'allow' || name === 'deny' ? name : undefined
}

/** `eq` compares a filter letter for letter, which the hub does only where it has no wildcard. */
export function isLiteral(topic: string): boolean {
  return !/[+#]/.test(topic)
}
