import { DomainError } from '../../errors.ts'
import { covers, isTopicFilter, isTopicName } from '../../topic.ts'
import type { AccessPolicy } from '../access-policy.ts'
import type { PolicyAction, PolicyRule } from '../policy.ts'

export interface TopicQuestion {
  readonly action: PolicyAction
  /** A topic name to publish to, or a topic filter to subscribe to. */
  readonly topic: string
}

/** Whether the policies allow it, and by which rule. */
export interface TopicVerdict {
  readonly allowed: boolean
  /** With the ids in the place of its variables; none: no rule speaks of it, and what nobody allows is denied. */
  readonly rule: PolicyRule | undefined
}

/** Asks as the broker does, and changes nothing; throws `bad_request` for what no packet may carry. */
export function judgeTopic(access: AccessPolicy, { action, topic }: TopicQuestion): TopicVerdict {
  const isPublish = action === 'publish'
  if (!(isPublish ? isTopicName(topic) : isTopicFilter(topic))) {
    const noun = isPublish
      ? 'topic name: it has no wildcard'
      : 'topic filter: "#" stands alone and last, "+" alone in its level'
    throw new DomainError('bad_request', `${JSON.stringify(topic)} is no ${noun} (MQTT 3.1.1 §4.7)`)
  }
  const allowed = isPublish ? access.mayPublish(topic) : access.maySubscribe(topic)
  const speaking = access.rules.filter((rule) => rule.actions.includes(action) && covers(rule.topicFilter, topic))
  return { allowed, rule: speaking.find(({ effect }) => effect === 'deny') ?? speaking[0] }
}
