import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { IPublishPacket, Packet } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const ALL = 65_535
const PAYLOAD = Buffer.alloc(100)

for (const clean of [true, false]) {
  test(`a client with clean session ${clean ? 1 : 0} may use every packet identifier of QoS 2 at once`, async () => {
    await using hub = await startTestHub()
    const service = await hub.enrolService('everything', ['#'])
    using watcher = await open(hub, await hub.enrolService('watcher', ['#']), true)
    watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'last', qos: 0 }] })
    await watcher.next('suback')

    using first = await open(hub, service, clean)
    const received = count(first, 'pubrec')
    first.send(...identifiers().map((messageId) => publish(messageId, 'many')))
    await received
    // What is kept of each is its identifier.
    expect(storedIn(hub)).toEqual({ identifiers: clean ? 0 : ALL, bytes: 0 })

    using client = clean ? first : await resume(hub, service, first)
    const repeated = count(client, 'pubrec', 1)
    client.send({ ...publish(1, 'last'), dup: true })
    await repeated
    const released = count(client, 'pubcomp')
    client.send(...identifiers().map((messageId): Packet => ({ cmd: 'pubrel', messageId })))
    await released
    expect(storedIn(hub)).toEqual({ identifiers: 0, bytes: 0 })

    const fresh = count(client, 'pubrec', 1)
    client.send({ ...publish(1, 'last'), payload: 'fresh' })
    await fresh
    expect(await watcher.next('publish')).toMatchObject({ payload: Buffer.from('fresh') })
    expect(watcher.received.filter(({ cmd }) => cmd === 'publish')).toHaveLength(1)
  }, 240_000)
}

function identifiers(): readonly number[] {
  return Array.from({ length: ALL }, (_, index) => index + 1)
}

function publish(messageId: number, topic: string): IPublishPacket {
  return { cmd: 'publish', topic, payload: PAYLOAD, qos: 2, messageId, retain: false, dup: false }
}

async function open(hub: TestHub, { id, ...credentials }: Enrolled, clean: boolean): Promise<RawClient> {
  const client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId: id, clean }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

async function resume(hub: TestHub, service: Enrolled, before: RawClient): Promise<RawClient> {
  before.socket.destroy()
  await before.closed
  return open(hub, service, false)
}

/** Resolves when so many different packets of this kind have come from now on. */
async function count(client: RawClient, command: Packet['cmd'], expected = ALL): Promise<void> {
  const messageIds = new Set<number | undefined>()
  const all = new Promise<void>((resolve) =>
    client.socket.on('packet', ({ cmd, messageId }: Packet) => {
      if (cmd === command && messageIds.add(messageId).size === expected) resolve()
    }),
  )
  await Promise.race([all, client.closed])
  expect(messageIds.size).toBe(expected)
}

function storedIn({ dataDir }: TestHub): unknown {
  const sqlite = new SQLite(join(dataDir, 'mqtt.db'), { readonly: true })
  try {
    return sqlite
      .prepare('select count(*) as identifiers, coalesce(sum(length(payload)), 0) as bytes from incoming')
      .get()
  } finally {
    sqlite.close()
  }
}
