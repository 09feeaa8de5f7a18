import type { Identity } from '../identity.ts'

/** What every topic ends in on which a device asks the hub for a certificate. */
export const REQUEST_ENDING = '/certificate/request'

/** Where a device asks, is answered, and is told to ask. */
export interface RenewalTopics {
  readonly request: string
  readonly response: string
  readonly renew: string
}

export function renewalTopics(userId: string, deviceId: string): RenewalTopics {
  const own = `users/${userId}/devices/${deviceId}/certificate`
  return { request: `${own}/request`, response: `${own}/response`, renew: `${own}/renew` }
}

const OF_A_DEVICE = /^users\/[^/]+\/devices\/[^/]+\/certificate\/request$/

/** Whether a device asks there; others may call topics of their own alike. */
export function isRequestTopic(topicName: string): boolean {
  return OF_A_DEVICE.test(topicName)
}

/** The topics of who is connected; none of one that is no device. */
export function topicsOf({ kind, id, userId }: Identity): RenewalTopics | undefined {
  return kind === 'device' && userId !== undefined ? renewalTopics(userId, id) : undefined
}
