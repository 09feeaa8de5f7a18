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
