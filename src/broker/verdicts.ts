import { isTopicName } from '../topic.ts'
import type { AccessRules } from './ports.ts'

type Policy = Pick<ReturnType<AccessRules['policyOf']>, 'mayPublish' | 'mayReceive'>

const MAX_TOPICS = 1024

/** What one client's policy says of each topic, remembered until the policy is another. */
export class Verdicts {
  readonly #publish = new Map<string, boolean>()
  readonly #receive = new Map<string, boolean>()
  #policy: Policy | undefined

  mayPublish(policy: Policy, topicName: string): boolean {
    this.#follow(policy)
    // The broker's own topics are published by the broker alone.
    return recall(
      this.#publish,
      topicName,
      () => isTopicName(topicName) && !topicName.startsWith('$SYS/') && policy.mayPublish(topicName),
    )
  }

  mayReceive(policy: Policy, topicName: string): boolean {
    this.#follow(policy)
    return recall(this.#receive, topicName, () => policy.mayReceive(topicName))
  }

  #follow(policy: Policy): void {
    if (policy === this.#policy) return
    this.#policy = policy
    this.#publish.clear()
    this.#receive.clear()
  }
}

function recall(verdicts: Map<string, boolean>, topicName: string, ask: () => boolean): boolean {
  const known = verdicts.get(topicName)
  if (known !== undefined) return known
  if (verdicts.size >= MAX_TOPICS) verdicts.clear()
  const verdict = ask()
  verdicts.set(topicName, verdict)
  return verdict
}
