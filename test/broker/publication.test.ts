import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/broker/delivery/message.ts'
import { StoreFull } from '../../src/broker/delivery/store-full.ts'
import { openPublisher } from '../../src/broker/publication.ts'

const MESSAGE: Message = { topic: 'a/b', payload: Buffer.from('x'), qos: 1, retain: false }

describe('a message that the hub is asked to publish', () => {
  test('is taken as one of a client that is no device, and is done when it is kept', async () => {
    const taken: unknown[] = []
    let keep = (): void => undefined
    const publish = openScene({
      publish(message, clientId, done) {
        taken.push([message, clientId])
        keep = done
      },
    })
    let isDone = false
    const done = publish(MESSAGE).then(() => {
      isDone = true
    })
    await Promise.resolve()
    expect([taken, isDone]).toEqual([[[MESSAGE, '_api']], false])
    keep()
    await done
  })

  // 1 for the type, 2 for the length, 2 + 3 for the topic, 2 for the identifier
  test('may be as large as a packet, and no octet larger', async () => {
    const publish = openScene({ publish: (_message, _clientId, done) => done() })
    await publish({ ...MESSAGE, payload: Buffer.alloc(200 - 10) })
    await expect(publish({ ...MESSAGE, payload: Buffer.alloc(200 - 9) })).rejects.toMatchObject({
      code: 'packet_too_large',
    })
  })

  for (const topic of ['', 'a/+', '#', 'a\0', 'a\uFFFD', 'a\uD800', '$SYS/a', '$share/g/a', 'a/b/c/d']) {
    test(`refused/with the topic ${JSON.stringify(topic)}`, async () => {
      const publish = openScene({ publish: () => expect.unreachable() })
      await expect(publish({ ...MESSAGE, topic })).rejects.toMatchObject({ code: 'invalid_topic_name' })
    })
  }

  test('refused/while the hub stops, which would never say that it is done', async () => {
    const publish = openScene({ publish: () => expect.unreachable(), isFinished: true })
    await expect(publish(MESSAGE)).rejects.toMatchObject({ code: 'hub_stopping' })
  })

  test('refused/by a full store, by name, and the limit is told of', async () => {
    const reached: unknown[] = []
    const publish = openScene({ publish: (_message, _clientId, done) => done(new StoreFull()) }, (...limit) =>
      reached.push(limit),
    )
    await expect(publish(MESSAGE)).rejects.toMatchObject({ code: 'store_full' })
    expect(reached).toEqual([['store_bytes', 'mqtt.db']])
  })

  test('refused/by a store that fails, as it failed', async () => {
    const failure = new Error('disk I/O error')
    const publish = openScene({ publish: (_message, _clientId, done) => done(failure) })
    await expect(publish(MESSAGE)).rejects.toBe(failure)
  })
})

type Engine = Parameters<typeof openPublisher>[0]['engine']

function openScene(
  engine: Partial<Engine> & Pick<Engine, 'publish'>,
  reached: (...limit: unknown[]) => void = () => undefined,
) {
  const limits = { topicLevels: 3, packetBytes: 200 }
  return openPublisher({ engine: { isFinished: false, ...engine }, limits, reports: { reached } })
}
