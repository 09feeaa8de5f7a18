import { expect, test } from 'vitest'
import type { Figures } from '../../../src/broker/status/figures.ts'
import { formatSysTopics, SYS_TOPICS } from '../../../src/broker/status/sys-topics.ts'
import { Traffic } from '../../../src/broker/traffic.ts'

/** Every topic of `mosquitto_sub -t '$SYS/#' -v` at Mosquitto 2.0.11, below $SYS/broker/, with a value it gave. */
const MOSQUITTO = {
  version: 'mosquitto version 2.0.11',
  uptime: '9 seconds',
  'clients/total': '1',
  'clients/maximum': '1',
  'clients/inactive': '0',
  'clients/disconnected': '0',
  'clients/active': '1',
  'clients/connected': '1',
  'clients/expired': '0',
  'load/messages/received/1min': '1.95',
  'load/messages/received/5min': '0.40',
  'load/messages/received/15min': '0.13',
  'load/messages/sent/1min': '57.55',
  'load/messages/sent/5min': '11.74',
  'load/messages/sent/15min': '3.93',
  'load/publish/dropped/1min': '0.00',
  'load/publish/dropped/5min': '0.00',
  'load/publish/dropped/15min': '0.00',
  'load/publish/received/1min': '0.00',
  'load/publish/received/5min': '0.00',
  'load/publish/received/15min': '0.00',
  'load/publish/sent/1min': '55.60',
  'load/publish/sent/5min': '11.34',
  'load/publish/sent/15min': '3.79',
  'load/bytes/received/1min': '26.34',
  'load/bytes/received/5min': '5.37',
  'load/bytes/received/15min': '1.80',
  'load/bytes/sent/1min': '2164.44',
  'load/bytes/sent/5min': '441.59',
  'load/bytes/sent/15min': '147.69',
  'load/sockets/1min': '0.98',
  'load/sockets/5min': '0.20',
  'load/sockets/15min': '0.07',
  'load/connections/1min': '0.98',
  'load/connections/5min': '0.20',
  'load/connections/15min': '0.07',
  'messages/stored': '53',
  'messages/received': '2',
  'messages/sent': '88',
  'store/messages/count': '53',
  'store/messages/bytes': '190',
  'subscriptions/count': '1',
  'shared_subscriptions/count': '0',
  'retained messages/count': '53',
  'heap/current': '46808',
  'heap/maximum': '47344',
  'publish/messages/dropped': '0',
  'publish/messages/received': '0',
  'publish/messages/sent': '87',
  'publish/bytes/received': '0',
  'publish/bytes/sent': '317',
  'bytes/received': '27',
  'bytes/sent': '3509',
} as const satisfies Readonly<Record<string, string>>

const FIGURES: Figures = {
  ...new Traffic().read(),
  bytesReceived: 1,
  bytesSent: 2,
  packetsReceived: 3,
  packetsSent: 4,
  publishesReceived: [5, 10, 20],
  publishesSent: [6, 12, 24],
  publishBytesReceived: 7,
  publishBytesSent: 8,
  connected: 100,
  connectedAtMost: 400,
  messagesDropped: 9,
  sessionsStored: 250,
  sessionsAway: 200,
  sessionsExpired: 11,
  subscriptions: 12,
  retainedMessages: 1000,
  retainedBytes: 10_000,
  queuedMessages: 2000,
  queuedBytes: 20_000,
}

const TOLD = formatSysTopics({
  figures: FIGURES,
  loads: { over: (name, minutes) => name.length * 100 + minutes + 0.126 },
  version: '1.2.3',
  uptimeSeconds: 61,
  heapBytes: 13,
  heapBytesAtMost: 14,
})

test('the topics are those of Mosquitto', () => {
  expect([...SYS_TOPICS].sort()).toEqual(
    Object.keys(MOSQUITTO)
      .map((name) => `$SYS/broker/${name}`)
      .sort(),
  )
  expect([...TOLD.keys()]).toEqual(SYS_TOPICS)
})

test('each value is written as Mosquitto writes it', () => {
  for (const [name, value] of Object.entries(MOSQUITTO))
    expect([name, shapeOf(TOLD.get(`$SYS/broker/${name}`) ?? '')]).toEqual([name, shapeOf(value)])
})

// Numbers of any length are alike, but for their decimals.
function shapeOf(value: string): string {
  return value
    .replace('mosquitto', 'signet')
    .replace(/^\d+\.\d\d$/, 'fixed')
    .replaceAll(/\d+/g, '0')
}

for (const [name, expected] of Object.entries({
  version: 'signet version 1.2.3',
  uptime: '61 seconds',
  'clients/total': '300',
  'clients/maximum': '400',
  'clients/connected': '100',
  'clients/active': '100',
  'clients/disconnected': '200',
  'clients/inactive': '200',
  'clients/expired': '11',
  'messages/received': '3',
  'messages/sent': '4',
  'messages/stored': '3000',
  'store/messages/count': '3000',
  'store/messages/bytes': '30000',
  'retained messages/count': '1000',
  'subscriptions/count': '12',
  'shared_subscriptions/count': '0',
  'publish/messages/dropped': '9',
  'publish/messages/received': '35',
  'publish/messages/sent': '42',
  'publish/bytes/received': '7',
  'publish/bytes/sent': '8',
  'bytes/received': '1',
  'bytes/sent': '2',
  'heap/current': '13',
  'heap/maximum': '14',
  'load/sockets/15min': '715.13',
}))
  test(`${name} is ${expected}`, () => expect(TOLD.get(`$SYS/broker/${name}`)).toBe(expected))
