import type { EventFeed, HubEvents } from '../../events.ts'

type Finding = HubEvents['identity.compromise_suspected']

export interface FindingCount {
  readonly sign: string
  readonly action: string
  readonly count: number
}

const NONE = { told: 0, suspended: 0, revoked: 0 } satisfies Record<Finding['action'], number>

/** Counts what is told from now on; what never came stands there with 0, so that the first is seen to rise. */
export function countFindings(events: Pick<EventFeed, 'subscribe'>): () => readonly FindingCount[] {
  const counts = {
    two_addresses: { ...NONE },
    key_reuse: { ...NONE },
    refusal_burst: { ...NONE },
  } satisfies Record<Finding['sign'], Record<Finding['action'], number>>
  events.subscribe('identity.compromise_suspected', ({ sign, action }) => {
    counts[sign][action] += 1
  })
  return () =>
    Object.entries(counts).flatMap(([sign, actions]) =>
      Object.entries(actions).map(([action, count]) => ({ sign, action, count })),
    )
}
