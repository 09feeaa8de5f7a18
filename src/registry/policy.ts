export type PolicyAction = 'publish' | 'subscribe'

export interface PolicyRule {
  readonly effect: 'allow' | 'deny'
  readonly actions: readonly PolicyAction[]
  /** May hold `{user}`, `{device}` or `{service}`, which stand for the connected identity's ids. */
  readonly topicFilter: string
}

export interface Policy {
  readonly name: string
  readonly rules: readonly PolicyRule[]
  readonly clientId: 'own' | 'any'
}

export const DEVICE_POLICY: Policy = {
  name: 'device',
  rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'users/{user}/devices/{device}/#' }],
  clientId: 'own',
}

/** What everybody may do in the mode `https_only`, and nothing else. */
export const PUBLIC_POLICY: Policy = {
  name: 'public',
  rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'public/#' }],
  clientId: 'any',
}
