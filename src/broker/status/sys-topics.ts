import { type Figures, sumOf } from './figures.ts'
import { LOAD_MINUTES } from './load-average.ts'
import { LOAD_NAMES, type Loads } from './loads.ts'

/** All that the topics are made of. */
export interface Reading {
  readonly figures: Figures
  readonly loads: Pick<Loads, 'over'>
  readonly version: string
  readonly uptimeSeconds: number
  readonly heapBytes: number
  readonly heapBytesAtMost: number
}

type Value = (reading: Reading) => number | string

const VALUES: Readonly<Record<string, Value>> = {
  version: ({ version }) => `signet version ${version}`,
  uptime: ({ uptimeSeconds }) => `${uptimeSeconds} seconds`,
  'clients/total': ({ figures }) => figures.connected + figures.sessionsAway,
  'clients/maximum': ({ figures }) => figures.connectedAtMost,
  'clients/connected': ({ figures }) => figures.connected,
  'clients/active': ({ figures }) => figures.connected,
  'clients/disconnected': ({ figures }) => figures.sessionsAway,
  'clients/inactive': ({ figures }) => figures.sessionsAway,
  'clients/expired': ({ figures }) => figures.sessionsExpired,
  'messages/received': ({ figures }) => figures.packetsReceived,
  'messages/sent': ({ figures }) => figures.packetsSent,
  'messages/stored': ({ figures }) => figures.retainedMessages + figures.queuedMessages,
  'store/messages/count': ({ figures }) => figures.retainedMessages + figures.queuedMessages,
  'store/messages/bytes': ({ figures }) => figures.retainedBytes + figures.queuedBytes,
  'retained messages/count': ({ figures }) => figures.retainedMessages,
  'subscriptions/count': ({ figures }) => figures.subscriptions,
  // They are refused.
  'shared_subscriptions/count': () => 0,
  'publish/messages/dropped': ({ figures }) => figures.messagesDropped,
  'publish/messages/received': ({ figures }) => sumOf(figures.publishesReceived),
  'publish/messages/sent': ({ figures }) => sumOf(figures.publishesSent),
  'publish/bytes/received': ({ figures }) => figures.publishBytesReceived,
  'publish/bytes/sent': ({ figures }) => figures.publishBytesSent,
  'bytes/received': ({ figures }) => figures.bytesReceived,
  'bytes/sent': ({ figures }) => figures.bytesSent,
  'heap/current': ({ heapBytes }) => heapBytes,
  'heap/maximum': ({ heapBytesAtMost }) => heapBytesAtMost,
}

const LOAD_VALUES = LOAD_NAMES.flatMap((name) =>
  LOAD_MINUTES.map((minutes): readonly [string, Value] => [
    `load/${name}/${minutes}min`,
    ({ loads }) => loads.over(name, minutes).toFixed(2),
  ]),
)

const TOPICS = [...Object.entries(VALUES), ...LOAD_VALUES].map(([name, value]): readonly [string, Value] => [
  `$SYS/broker/${name}`,
  value,
])

/** The names that Mosquitto gave them, which exporters read. */
export const SYS_TOPICS: readonly string[] = TOPICS.map(([topic]) => topic)

/** The payload of each topic. */
export function formatSysTopics(reading: Reading): ReadonlyMap<string, string> {
  return new Map(TOPICS.map(([topic, value]) => [topic, String(value(reading))]))
}
