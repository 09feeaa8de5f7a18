import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { MessageStreams } from '../../../src/api/messages/message-streams.ts'
import type { Sender } from '../../../src/api/messages/message-tail.ts'
import type { Message } from '../../../src/broker/delivery/message.ts'
import { MessageFeed } from '../../../src/broker/delivery/message-feed.ts'
import { NOW } from '../api-harness.ts'

const SENDERS: Readonly<Record<string, Sender>> = {
  pump: { kind: 'device', id: 'pump' },
  'pump:app': { kind: 'device', id: 'pump' },
  backend: { kind: 'service', id: 'pump' },
}
const READER = { judge: () => undefined, onRefused: () => undefined, abort: () => undefined }

function createScene() {
  const failures: unknown[] = []
  const feed = new MessageFeed((error) => void failures.push(error))
  const streams = new MessageStreams({
    feed,
    senderOf: (clientId) => SENDERS[clientId],
    clock: () => NOW,
    onFailure: (error) => void failures.push(error),
  })
  const show = (topic: string, payload: string | Buffer = 'x', clientId = 'pump', more: Partial<Message> = {}): void =>
    feed.show({ topic, payload: Buffer.from(payload), qos: 0, retain: false, ...more }, clientId)
  /** Reads the greeting, and begins to look. */
  async function look(wish: { readonly topicFilter?: string; readonly deviceId?: string } = {}) {
    const reader = streams.open({ topicFilter: '#', ...wish, ...READER }).getReader()
    await reader.read()
    const next = reader.read()
    return { reader, next: async () => parse(Buffer.from((await next).value ?? []).toString()) }
  }
  return { feed, streams, show, look, failures }
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the JSON; a type would repeat it
function parse(text: string): readonly Record<string, any>[] {
  return text
    .split('\n\n')
    .filter(Boolean)
    .map((frame) => {
      const [, event = '', data = '{}'] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
      return { event, ...JSON.parse(data) }
    })
}

describe('who looks at messages', () => {
  test('is told of each with its sender', async () => {
    const { show, look } = createScene()
    const { reader, next } = await look()
    show('a/b', 'Привет', 'pump:app', { qos: 1, retain: true })
    show('c', 'y', '_api')
    expect(await next()).toEqual([
      {
        event: 'message',
        at: NOW.toISOString(),
        topicName: 'a/b',
        qos: 1,
        retain: true,
        encoding: 'plain',
        payload: 'Привет',
        bytes: 12,
        truncated: false,
        sender: { clientId: 'pump:app', kind: 'device', id: 'pump' },
      },
      expect.objectContaining({ topicName: 'c', sender: { clientId: '_api', kind: null, id: null } }),
    ])
    await reader.cancel()
  })

  for (const { name, wish, expected } of [
    { name: 'a topic filter', wish: { topicFilter: 'a/+' }, expected: ['a/pump', 'a/backend'] },
    { name: 'a device', wish: { deviceId: 'pump' }, expected: ['a/pump', 'b/pump'] },
    { name: 'both', wish: { topicFilter: 'b/#', deviceId: 'pump' }, expected: ['b/pump'] },
  ]) {
    test(`of ${name} hears of nothing else`, async () => {
      const { show, look } = createScene()
      const { reader, next } = await look(wish)
      for (const level of ['a', 'b'])
        for (const clientId of ['pump', 'backend']) show(`${level}/${clientId}`, 'x', clientId)
      expect((await next()).map(({ topicName }) => topicName)).toEqual(expected)
      await reader.cancel()
    })
  }

  for (const { name, payload, encoding, shown } of [
    { name: 'octets as base64', payload: Buffer.from([0xff, 0xfe]), encoding: 'base64', shown: '//4=' },
    {
      name: 'a long text cut behind a whole character',
      payload: `${'a'.repeat(4095)}Ж`,
      encoding: 'plain',
      shown: 'a'.repeat(4095),
    },
    {
      name: 'long octets cut',
      payload: Buffer.alloc(5000, 0xff),
      encoding: 'base64',
      shown: Buffer.alloc(4096, 0xff).toString('base64'),
    },
    { name: 'nothing', payload: '', encoding: 'plain', shown: '' },
  ]) {
    test(`is shown ${name}, with the whole length`, async () => {
      const { show, look } = createScene()
      const { reader, next } = await look()
      show('a', payload)
      const bytes = Buffer.from(payload).length
      const [told] = await next()
      expect(told).toMatchObject({ encoding, payload: shown, bytes, truncated: bytes > 4096 })
      await reader.cancel()
    })
  }

  test('is told how many there were more than it is shown', async () => {
    const { show, look } = createScene()
    const { reader, next } = await look()
    for (let n = 0; n < 1000; n++) show(`a/${n}`)
    const frames = await next()
    expect(frames).toHaveLength(201)
    expect(frames.at(-1)).toEqual({ event: 'lost', count: 800 })
    expect(frames[199]).toMatchObject({ event: 'message', topicName: 'a/199' })
    await reader.cancel()
  })

  test('costs nothing before it reads, and nothing when it has gone', async () => {
    const { feed, streams, look } = createScene()
    const unread = streams.open({ topicFilter: '#', ...READER })
    expect(feed.isWatched('a')).toBe(false)
    await unread.cancel()
    const { reader } = await look({ topicFilter: 'a' })
    expect([feed.isWatched('a'), feed.isWatched('b')]).toEqual([true, false])
    await reader.cancel()
    expect(feed.isWatched('a')).toBe(false)
    expect(streams.size).toBe(0)
  })

  test('is one of eight', async () => {
    const { streams, look, failures } = createScene()
    const waiting = streams.open({ topicFilter: '#', ...READER }).getReader()
    const looking = await Promise.all(Array.from({ length: 8 }, () => look()))
    expect(() => streams.open({ topicFilter: '#', ...READER })).toThrow(/8 readers watch messages already/)
    // It was opened in time, and comes too late.
    await waiting.read()
    expect(await waiting.read()).toMatchObject({ done: true })
    expect(failures).toEqual([])
    await looking[0]?.reader.cancel()
    const { reader } = await look()
    expect(streams.size).toBe(8)
    for (const { reader: one } of [...looking, { reader }]) await one.cancel()
  })

  test('is cut when it may look no more, and told of the end of the hub', async () => {
    const { streams, feed } = createScene()
    const isOut = { now: false }
    const abort = new EventTarget()
    const aborted = once(abort, 'abort')
    const reader = streams
      .open({
        topicFilter: '#',
        judge: () => (isOut.now ? { cause: 'token_revoked' } : undefined),
        onRefused: () => undefined,
        abort: () => abort.dispatchEvent(new Event('abort')),
      })
      .getReader()
    await reader.read()
    const next = reader.read()
    streams.endRefused()
    expect(feed.isWatched('a')).toBe(true)
    isOut.now = true
    streams.endRefused()
    await aborted
    expect(await next).toMatchObject({ done: true })
    expect(feed.isWatched('a')).toBe(false)
    streams[Symbol.dispose]()
  })
})
