import type { Problem } from '../../hub/problem.ts'
import type { RuleAnswer } from './policy-answers.ts'

/** A rule while it is written; `key` is its own wherever it is moved to. */
export interface DraftRule extends RuleAnswer {
  readonly key: number
}

export const ACTIONS = {
  both: ['publish', 'subscribe'],
  publish: ['publish'],
  subscribe: ['subscribe'],
} as const satisfies Record<string, RuleAnswer['actions']>

export type Actions = keyof typeof ACTIONS

export function actionsOf(actions: RuleAnswer['actions']): Actions {
  const [first = 'publish', second] = actions
  return second === undefined ? first : 'both'
}

export function draftOf(rules: readonly RuleAnswer[]): readonly DraftRule[] {
  return rules.map((rule, key) => ({ ...rule, key }))
}

export function withRule(rules: readonly DraftRule[]): readonly DraftRule[] {
  const key = Math.max(-1, ...rules.map((rule) => rule.key)) + 1
  return [...rules, { key, effect: 'allow', actions: [...ACTIONS.both], topicFilter: '' }]
}

/** With the rule at `index` one place further on, or back. */
export function withMoved(rules: readonly DraftRule[], index: number, by: 1 | -1): readonly DraftRule[] {
  const moved = rules[index]
  return moved ? rules.toSpliced(index, 1).toSpliced(index + by, 0, moved) : rules
}

/** What the hub has against the rule at `index`. */
export function complaintsAbout(problem: Problem | undefined, index: number): readonly string[] {
  if (!problem) return []
  if (problem.rule === String(index)) return [problem.detail]
  return (problem.errors ?? []).filter(({ path }) => path.startsWith(`rules.${index}.`)).map(({ message }) => message)
}

/** Whether it is about one of the rules, which then say it themselves. */
export function isAboutRules(problem: Problem): boolean {
  return problem.rule !== undefined || (problem.errors?.every(({ path }) => /^rules\.\d+\./.test(path)) ?? false)
}
