import type { QoS } from '../../broker/delivery/message.ts'
import type { StoredSubscription } from '../../broker/delivery/ports.ts'
import type { Database } from '../database.ts'
import { readMore, writeMore } from './packet-row.ts'

/** A subscription as Aedes hands it over, MQTT 5's options included. */
export interface Subscription {
  readonly topic: string
  readonly qos: QoS
  readonly [option: string]: unknown
}

interface Row {
  readonly sid: number
  readonly topic_filter: string
  readonly qos: QoS
  readonly more: string | null
}

interface Counts {
  readonly subscriptions: number
  readonly sessions: number
}

const COLUMNS: ReadonlySet<string> = new Set(['topic', 'qos', 'clientId'])

export type SubscriptionStore = ReturnType<typeof createSubscriptionStore>

/** Subscriptions of stored sessions; every write belongs into a turn. */
export function createSubscriptionStore({ sqlite }: Database) {
  const selectAll = sqlite.prepare<[], Row>('select * from subscriptions')
  const selectOf = sqlite.prepare<[number], Row>('select * from subscriptions where sid = ? order by topic_filter')
  const selectOne = sqlite.prepare<[number, string], Row>(
    'select * from subscriptions where sid = ? and topic_filter = ?',
  )
  const upsert = sqlite.prepare(
    'insert or replace into subscriptions (sid, topic_filter, qos, more) values (?, ?, ?, ?)',
  )
  const remove = sqlite.prepare('delete from subscriptions where sid = ? and topic_filter = ?')
  const count = sqlite.prepare<[], Counts>(
    'select count(*) filter (where qos > 0) as subscriptions, count(distinct sid) as sessions from subscriptions',
  )
  const selectHolders = sqlite
    .prepare<[string], string>(
      'select client_id from subscriptions join sessions using (sid) where topic_filter = ? order by sid',
    )
    .pluck()

  return {
    list: (): readonly StoredSubscription[] =>
      selectAll.all().map(({ sid, topic_filter: topicFilter, qos }) => ({ sid, topicFilter, qos })),
    listOf: (sid: number): readonly Subscription[] => selectOf.all(sid).map(readSubscription),
    find(sid: number, topicFilter: string): Subscription | undefined {
      const row = selectOne.get(sid, topicFilter)
      return row && readSubscription(row)
    },
    save: (sid: number, subscription: Subscription): void =>
      void upsert.run(sid, subscription.topic, subscription.qos, writeMore(subscription, COLUMNS)),
    remove: (sid: number, topicFilter: string): void => void remove.run(sid, topicFilter),
    // An aggregate always gives one row.
    count: () => count.get() as Counts,
    holdersOf: (topicFilter: string): readonly string[] => selectHolders.all(topicFilter),
  }
}

function readSubscription({ topic_filter: topic, qos, more }: Row): Subscription {
  return { topic, qos, ...readMore(more) }
}
