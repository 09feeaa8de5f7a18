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
    return this.#publish.get(topicName) ?? remember(this.#publish, topicName, isPublishable(topicName, policy))
  }

  mayReceive(policy: Policy, topicName: string): boolean {
    this.#follow(policy)
    return this.#receive.get(topicName) ?? remember(this.#receive, topicName, policy.mayReceive(topicName))
  }

  #follow(policy: Policy): void {
    if (policy === this.#policy) return
    this.#policy = policy
    this.#publish.clear()
    this.#receive.clear()
  }
}

// The broker's own topics are published by the broker alone.
function isPublishable(topicName: string, policy: Policy): boolean {
  return isTopicName(topicName) && !topicName.startsWith('$SYS/') && policy.mayPublish(topicName)
}

function remember(verdicts: Map<string, boolean>, topicName: string, verdict: boolean): boolean {
  if (verdicts.size >= MAX_TOPICS) verdicts.clear()
  verdicts.set(topicName, verdict)
  return verdict
}
