import type { shapePolicy, shapeRule } from '../../../api/resources/policy.ts'
import type { shapeTopicVerdict } from '../../../api/resources/topic-verdict.ts'

export type PolicyAnswer = ReturnType<typeof shapePolicy>
export type RuleAnswer = ReturnType<typeof shapeRule>
export type TopicVerdictAnswer = ReturnType<typeof shapeTopicVerdict>

/** The one that a device has until it is given another: it is edited, and never deleted. */
export const BUILT_IN_POLICY = 'device'
