import { describe, expect, test } from 'vitest'
import { TransientIds } from '../../../src/broker/delivery/incoming-ids.ts'
import { createLink, createMessage, openDeliveryScene } from './delivery-scene.ts'

test('what comes when nothing is taken any more is neither kept nor told of', async () => {
  using scene = openDeliveryScene()
  const session = scene.openStored()
  const before = scene.publish({})
  scene.acceptance.close()
  let isTold = false
  scene.acceptance.accept(createMessage(), { clientId: 'publisher' }, () => {
    isTold = true
  })
  expect(await before).toBeUndefined()
  expect([isTold, session.measure().messages]).toEqual([false, 1])
  expect(scene.traffic.read()).toMatchObject({ publishesReceived: [0, 1, 0], publishBytesReceived: 1 })
})

describe('a message that was accepted', () => {
  test('is told of when it is committed for all it must reach, and not before', async () => {
    using scene = openDeliveryScene()
    scene.openStored('one')
    scene.openStored('two')
    let isTold = false
    const told = new Promise<void>((resolve) => {
      scene.acceptance.accept(createMessage({ qos: 2 }), { clientId: 'publisher' }, () => {
        isTold = true
        resolve()
      })
    })
    expect(isTold).toBe(false)
    expect(scene.stores.database.sqlite.inTransaction).toBe(true)
    await told
    expect(scene.stores.database.sqlite.inTransaction).toBe(false)
  })

  test('and concerns nobody is told of at once, without a transaction', async () => {
    using scene = openDeliveryScene()
    await scene.settled()
    let isTold = false
    scene.acceptance.accept(createMessage(), { clientId: 'publisher' }, () => {
      isTold = true
    })
    expect(isTold).toBe(true)
    expect(scene.stores.database.sqlite.inTransaction).toBe(false)
  })

  // [MQTT-3.8.4-6], trap 6
  for (const { published, subscribed, expected } of [
    { published: 2, subscribed: [1, 0], expected: 1 },
    { published: 1, subscribed: [0, 2], expected: 1 },
    { published: 2, subscribed: [0, 0], expected: 0 },
    { published: 0, subscribed: [2, 1], expected: 0 },
  ] as const) {
    test(`at QoS ${published} reaches subscriptions of ${subscribed} once, at ${expected}`, async () => {
      using scene = openDeliveryScene()
      const { session } = scene.sessions.openClean('subscriber')
      for (const [index, qos] of subscribed.entries()) scene.sessions.subscribe(session, index === 0 ? '+' : 'a', qos)
      const link = createLink()
      scene.sessions.attach(session, link)
      await scene.publish({ qos: published })
      await scene.settled()
      expect(link.packets).toMatchObject([{ cmd: 'publish', qos: expected, retain: false }])
      expect(link.packets).toHaveLength(1)
    })
  }

  describe('while the store is full', () => {
    const FULL = { message: 'limits.store_bytes is reached' }

    for (const { name, message, stored } of [
      { name: 'of QoS 1 that would have to be stored', message: { qos: 1 }, stored: true },
      { name: 'of QoS 2 that would have to be stored', message: { qos: 2 }, stored: true },
      { name: 'that is to be retained', message: { qos: 1, retain: true }, stored: false },
    ] as const) {
      test(`${name} is refused, nothing of it is taken, and it is taken when there is room again`, async () => {
        using scene = openDeliveryScene()
        if (stored) scene.openStored()
        const link = createLink()
        scene.sessions.attach(scene.openClean('watcher'), link)
        await scene.settled()
        scene.room.isFull = true
        expect(await scene.publish(message)).toMatchObject(FULL)
        await scene.settled()
        expect([link.packets, [...scene.retained.find('#')]]).toEqual([[], []])
        scene.room.isFull = false
        expect(await scene.publish(message)).toBeUndefined()
      })
    }

    test('of QoS 0 goes on, and so does what nobody has to keep', async () => {
      using scene = openDeliveryScene()
      const link = createLink()
      scene.sessions.attach(scene.openClean('watcher'), link)
      await scene.publish({ topic: 'old', retain: true })
      scene.room.isFull = true
      expect(await scene.publish({ qos: 0, payload: Buffer.from('0') })).toBeUndefined()
      expect(await scene.publish({ qos: 0, retain: true, payload: Buffer.from('kept?') })).toBeUndefined()
      expect(await scene.publish({ qos: 1, payload: Buffer.from('1') })).toBeUndefined()
      // What takes room away may be removed.
      expect(await scene.publish({ topic: 'old', retain: true, payload: Buffer.alloc(0) })).toBeUndefined()
      await scene.settled()
      expect(link.payloads).toEqual(['x', '0', 'kept?', '1', ''])
      expect([...scene.retained.find('#')]).toEqual([])
      expect(scene.losses.of('store_bytes')).toBe(1)
    })

    test('begins no session that would be stored, and opens those that are', async () => {
      using scene = openDeliveryScene()
      scene.openStored('known')
      scene.room.isFull = true
      expect(() => scene.openStored('new')).toThrow('limits.store_bytes')
      expect(scene.sessions.openStored('known', { kind: 'device', id: 'known' }).isPresent).toBe(true)
    })
  })

  test('and cannot be kept is refused, its packet identifier free for another try', async () => {
    using scene = openDeliveryScene()
    scene.openStored()
    await scene.settled()
    scene.fillDisk()
    const ids = new TransientIds()
    const incoming = { ids, messageId: 7 }
    const accept = (): Promise<Error | undefined> =>
      new Promise((resolve) => scene.acceptance.accept(createMessage({ qos: 2 }), { clientId: 'p', incoming }, resolve))
    expect(await accept()).toBeInstanceOf(Error)
    expect(ids.has(7)).toBe(false)
    await scene.settled()
    scene.makeRoom()
    expect(await accept()).toBeUndefined()
    expect(ids.has(7)).toBe(true)
  })

  test('falls with a turn that fails after it', async () => {
    using scene = openDeliveryScene()
    scene.openStored()
    await scene.settled()
    const ids = new TransientIds()
    const told = new Promise<Error | undefined>((resolve) => {
      const incoming = { ids, messageId: 7 }
      scene.acceptance.accept(createMessage({ qos: 2 }), { clientId: 'publisher', incoming }, resolve)
    })
    expect(() =>
      scene.stores.journal.write(() => {
        throw new Error('disk full')
      }),
    ).toThrow('disk full')
    expect((await told)?.message).toBe('disk full')
    expect(ids.has(7)).toBe(false)
  })
})
