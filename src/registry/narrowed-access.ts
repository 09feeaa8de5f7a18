import type { AccessPolicy } from './access-policy.ts'
import type { Identity } from './identity.ts'

/** What somebody is about to do, and the policies allow. */
export interface AccessRequest {
  readonly identity: Identity
  /** `receive` is asked for each topic that is delivered, `subscribe` for a whole filter. */
  readonly action: 'publish' | 'subscribe' | 'receive'
  readonly topic: string
}

export type MayAccess = (request: AccessRequest) => boolean

/** The policy, narrowed by a rule of somebody's own: it can take away, and never grant. */
export function narrowPolicy(
  policy: AccessPolicy,
  identity: Identity,
  { mayAccess, onFailure }: { readonly mayAccess: MayAccess; readonly onFailure: (error: unknown) => void },
): AccessPolicy {
  const ask = (action: AccessRequest['action'], topic: string): boolean => {
    try {
      // A promise, or whatever else is not true, is no consent.
      return mayAccess({ identity, action, topic }) === true
    } catch (error) {
      onFailure(error)
      return false
    }
  }
  return {
    ...policy,
    mayPublish: (topicName) => policy.mayPublish(topicName) && ask('publish', topicName),
    maySubscribe: (topicFilter) => policy.maySubscribe(topicFilter) && ask('subscribe', topicFilter),
    mayReceive: (topicName) => policy.mayReceive(topicName) && ask('receive', topicName),
  }
}
