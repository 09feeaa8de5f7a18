import type { Clock } from '../clock.ts'
import type { Refusal, RefusalCause } from '../refusal.ts'
import { BoundedEntries } from './bounded-entries.ts'

/** What a policy has denied to somebody, with how often. */
export interface DeniedTopic {
  readonly kind: string
  readonly id: string
  readonly topic: string
  readonly action: 'publish' | 'subscribe' | 'will'
  /** Since the start, or since it was forgotten for newer ones. */
  readonly count: number
  readonly lastAt: Date
}

export interface DeniedTopics {
  /** To be told of every refusal. */
  note(refusal: Refusal): void
  /** The most frequent first. */
  list(limit: number): readonly DeniedTopic[]
}

const ACTIONS: { readonly [Cause in RefusalCause]?: DeniedTopic['action'] } = {
  publish_denied: 'publish',
  subscribe_denied: 'subscribe',
  will_denied: 'will',
}

const BOUNDS = { capacity: 2000, capacityPerSubject: 50 }
// A topic may have 65,535 octets.
const LONGEST = 256

/** Counts policy refusals by who and which topic, in bounded memory: the newest of each device, and of all. */
export function createDeniedTopics(clock: Clock, bounds = BOUNDS): DeniedTopics {
  const entries = new BoundedEntries<DeniedTopic>(bounds)
  return {
    note({ cause, presented = {} }) {
      const action = ACTIONS[cause]
      const { identity, topic: whole } = presented
      if (!action || identity === undefined || whole === undefined) return
      const topic = whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole
      const key = [identity, action, topic].join('\n')
      const count = (entries.get(key)?.count ?? 0) + 1
      entries.put(key, identity, { ...readIdentity(identity), topic, action, count, lastAt: clock() })
    },
    list: (limit) =>
      entries
        .list()
        .toSorted((one, other) => other.count - one.count)
        .slice(0, limit),
  }
}

/** `device:pump`; ids may hold colons, kinds do not. */
function readIdentity(identity: string): Pick<DeniedTopic, 'kind' | 'id'> {
  const end = identity.indexOf(':')
  return { kind: identity.slice(0, end), id: identity.slice(end + 1) }
}
