import { describe, expect, test } from 'vitest'
import { createLink, createMessage, openDeliveryScene } from './delivery-scene.ts'

const EMPTY = Buffer.alloc(0)

describe('a retained message', () => {
  test('is the last of its topic, and is found by every filter that matches it', async () => {
    using scene = openDeliveryScene()
    for (const topic of ['a', 'a/b', 'a/b/c', 'ab', '$SYS/a']) await scene.publish({ topic, retain: true })
    await scene.publish({ topic: 'a/b', retain: true, payload: Buffer.from('last') })
    for (const { filter, topics } of [
      { filter: 'a/b', topics: ['a/b'] },
      { filter: 'a/#', topics: ['a', 'a/b', 'a/b/c'] },
      { filter: '+', topics: ['a', 'ab'] },
      { filter: 'a/+', topics: ['a/b'] },
      { filter: '#', topics: ['a', 'a/b', 'a/b/c', 'ab'] },
      { filter: 'x', topics: [] },
    ])
      expect([...scene.retained.find(filter)].map(({ topic }) => topic)).toEqual(topics)
    expect([...scene.retained.find('a/b')].map(({ payload }) => payload.toString())).toEqual(['last'])
  })

  test('is found among more than a page of others', async () => {
    using scene = openDeliveryScene()
    for (let index = 0; index < 200; index++)
      scene.retained.keep(createMessage({ topic: `a/${index}/b`, retain: true }), 'publisher')
    await scene.settled()
    expect([...scene.retained.find('a/+/b')]).toHaveLength(200)
    scene.retained.drop('a/1/#')
    await scene.settled()
    expect([...scene.retained.find('a/#')]).toHaveLength(199)
  })

  // [MQTT-3.3.1-10]
  test('is removed by an empty one, which is not kept itself', async () => {
    using scene = openDeliveryScene({ limits: { retainedMessages: 1 } })
    await scene.publish({ retain: true, payload: EMPTY })
    await scene.publish({ retain: true })
    await scene.publish({ retain: true, payload: EMPTY })
    await scene.publish({ topic: 'b', retain: true })
    expect([...scene.retained.find('#')].map(({ topic }) => topic)).toEqual(['b'])
  })

  test('past a limit is delivered and not kept, while one in its place may be', async () => {
    using scene = openDeliveryScene({ limits: { retainedMessages: 2, retainedBytes: 100 } })
    const link = createLink()
    scene.sessions.attach(scene.openClean(), link)
    await scene.publish({ topic: 'a', retain: true })
    await scene.publish({ topic: 'b', retain: true })
    await scene.publish({ topic: 'c', retain: true })
    await scene.publish({ topic: 'a', retain: true, payload: Buffer.from('2') })
    await scene.publish({ topic: 'a', retain: true, payload: Buffer.alloc(100) })
    await scene.settled()
    expect([...scene.retained.find('#')].map(({ topic, payload }) => `${topic} ${payload}`)).toEqual(['a 2', 'b x'])
    expect(link.packets).toHaveLength(5)
    expect([scene.losses.of('retained_messages'), scene.losses.of('retained_bytes')]).toEqual([1, 1])
  })

  test('of a turn that failed is not kept, and not counted', async () => {
    using scene = openDeliveryScene({ limits: { retainedMessages: 1 } })
    const told = scene.publish({ retain: true })
    expect(() =>
      scene.stores.journal.write(() => {
        throw new Error('disk full')
      }),
    ).toThrow()
    expect(await told).toBeInstanceOf(Error)
    expect(await scene.publish({ retain: true })).toBeUndefined()
    expect([...scene.retained.find('#')]).toHaveLength(1)
  })
})
