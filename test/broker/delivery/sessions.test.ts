import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createLink, OWNER, openDeliveryScene } from './delivery-scene.ts'

describe('a session that is stored', () => {
  test('is there in the next process: its owner, its subscriptions and its packet identifiers', async () => {
    using scene = openDeliveryScene()
    const first = scene.sessions.openStored('device-001', OWNER)
    expect(first).toMatchObject({ isPresent: false, waits: true })
    scene.sessions.subscribe(first.session, 'a/+', 1)
    scene.sessions.subscribe(first.session, 'b', 1)
    scene.sessions.unsubscribe(first.session, 'b')
    first.incoming.add(7)
    first.incoming.add(8)
    first.incoming.remove(8)
    await scene.settled()

    const next = scene.restart()
    expect(next.owners.isHeldByAnother('device-001', { kind: 'service', id: 'device-001' })).toBe(true)
    expect(next.owners.clientIdsOf(OWNER)).toEqual(['device-001'])
    const { session, incoming, isPresent } = next.sessions.openStored('device-001', OWNER)
    expect(isPresent).toBe(true)
    expect([...session.topicFilters]).toEqual([['a/+', 1]])
    expect(next.router.plan('a/b')).toEqual([{ subscriber: session, qos: 1 }])
    expect([incoming.has(7), incoming.has(8)]).toEqual([true, false])
    incoming.forget(7)
    expect(incoming.has(7)).toBe(false)
  })

  test('ends with all that was kept for it when a clean one takes its client id', async () => {
    using scene = openDeliveryScene()
    scene.openStored()
    await scene.publish({})
    const { waits } = scene.sessions.openClean('device-001')
    expect(waits).toBe(true)
    await scene.settled()
    expect(scene.sessions.drop('device-001')).toBe(false)
    expect(scene.owners.isHeld('device-001')).toBe(false)
    expect(scene.router.plan('a')).toEqual([])
    for (const table of ['sessions', 'subscriptions', 'queue'])
      expect(scene.stores.database.sqlite.prepare(`select count(*) from ${table}`).pluck().get()).toBe(0)
  })

  test('is measured with what waits for it, whether its client is there or not', async () => {
    using scene = openDeliveryScene()
    scene.openStored('away')
    const here = scene.openStored('here')
    const link = createLink()
    scene.sessions.attach(here, link)
    scene.openClean('clean')
    await scene.publish({ topic: 'abc', payload: Buffer.from('12') })
    expect(await scene.sessions.count()).toEqual({ sessions: 2, away: 1, messages: 2, bytes: 10 })
    here.acknowledge(1, 1)
    scene.sessions.detach(here, link)
    expect(await scene.sessions.count()).toEqual({ sessions: 2, away: 2, messages: 1, bytes: 5 })
    expect(await scene.restart().sessions.count()).toEqual({ sessions: 2, away: 2, messages: 1, bytes: 5 })
  })

  test('of the process before is counted a few a turn, whoever comes and goes meanwhile', async () => {
    using scene = openDeliveryScene()
    for (let n = 0; n < 250; n++) scene.openStored(`device-${n}`)
    await scene.publish({ topic: 'abc', payload: Buffer.from('12') })
    const { sessions } = scene.restart()
    let isCounted = false
    const counted = Promise.all([sessions.count(), sessions.count()]).finally(() => {
      isCounted = true
    })
    sessions.drop('device-0')
    sessions.drop('device-249')
    sessions.openStored('device-250', OWNER)
    await nextTurn()
    expect(isCounted).toBe(false)
    expect(await counted).toMatchObject(Array.from({ length: 2 }, () => ({ sessions: 250, messages: 249 })))
    const inStore = scene.stores.database.sqlite
    inStore.exec('alter table queue rename to elsewhere')
    expect(await sessions.count()).toEqual({ sessions: 249, away: 249, messages: 248, bytes: 1240 })
    inStore.exec('alter table elsewhere rename to queue')
  })

  test('that is new has nothing that waits for it, and the store is not asked', async () => {
    using scene = openDeliveryScene()
    scene.openStored()
    await scene.settled()
    scene.stores.database.sqlite.exec('alter table queue rename to elsewhere')
    expect(await scene.sessions.count()).toEqual({ sessions: 1, away: 1, messages: 0, bytes: 0 })
    scene.stores.database.sqlite.exec('alter table elsewhere rename to queue')
    await scene.publish({ topic: 'abc', payload: Buffer.from('12') })
    expect(await scene.sessions.count()).toEqual({ sessions: 1, away: 1, messages: 1, bytes: 5 })
  })

  test('is measured anew after a turn that failed', async () => {
    using scene = openDeliveryScene()
    scene.openStored()
    await scene.publish({})
    await scene.sessions.count()
    await scene.settled()
    scene.fillDisk()
    expect(await scene.publish({})).toBeInstanceOf(Error)
    expect(await scene.sessions.count()).toMatchObject({ messages: 1, bytes: 2 })
  })

  test('is counted when it has expired', async () => {
    using scene = openDeliveryScene()
    scene.openStored()
    await scene.settled()
    scene.sessions.dropExpired(new Date(scene.clock.now().getTime() + 1000))
    expect([scene.sessions.expired, (await scene.sessions.count()).sessions]).toEqual([1, 0])
  })

  test('that could not be stored is none', async () => {
    using scene = openDeliveryScene()
    await scene.settled()
    scene.fillDisk()
    expect(() => scene.sessions.openStored('device-001', OWNER)).toThrow('full')
    await scene.settled()
    scene.makeRoom()
    const opened = scene.sessions.openStored('device-001', OWNER)
    expect(opened.isPresent).toBe(false)
    expect(() =>
      scene.stores.journal.write(() => {
        throw new Error('disk full')
      }),
    ).toThrow()
    await scene.settled()
    expect(scene.sessions.openStored('device-001', OWNER).isPresent).toBe(false)
  })

  test('expires when its client has been away for long enough, and not while it is there', async () => {
    using scene = openDeliveryScene()
    const [away, there] = [scene.openStored('away'), scene.openStored('there')]
    const link = createLink()
    scene.sessions.attach(away, link)
    scene.sessions.attach(there, createLink())
    scene.sessions.detach(away, createLink())
    scene.sessions.detach(away, link)
    await scene.settled()
    const expired = (): Date => new Date(scene.clock.now().getTime() - 60_000)
    scene.sessions.dropExpired(expired())
    expect(scene.owners.isHeld('away')).toBe(true)
    scene.clock.advance(61_000)
    scene.sessions.dropExpired(expired())
    expect([scene.owners.isHeld('away'), scene.owners.isHeld('there')]).toEqual([false, true])
    expect(scene.losses.of('session_expiry')).toBe(0)
  })

  test('takes what waited for it along when it expires, and that is counted', async () => {
    using scene = openDeliveryScene()
    scene.openStored('away')
    for (const payload of '123') await scene.publish({ payload: Buffer.from(payload) })
    scene.clock.advance(1)
    scene.sessions.dropExpired(scene.clock.now())
    expect(scene.losses.totals()).toMatchObject({ session_expiry: 3, queue_age: 0 })
  })

  test('may have no owner, and subscriptions may have lost their session', () => {
    using scene = openDeliveryScene()
    scene.stores.journal.write(() => {
      scene.stores.sessions.insert('nobody', undefined, scene.clock.now())
      scene.stores.subscriptions.save(99, { topic: 'a', qos: 1 })
    })
    const next = scene.restart()
    expect(next.owners.isHeld('nobody')).toBe(false)
    expect(next.router.plan('a')).toEqual([])
  })

  test('that a crash left connected expires from the next start on', async () => {
    using scene = openDeliveryScene()
    scene.sessions.attach(scene.openStored(), createLink())
    await scene.settled()
    const next = scene.restart()
    await next.settled()
    next.clock.advance(1)
    next.sessions.dropExpired(next.clock.now())
    expect(next.owners.isHeld('device-001')).toBe(false)
  })
})

test('a session that is clean ends with its connection, subscriptions included', () => {
  using scene = openDeliveryScene()
  const session = scene.openClean()
  const link = createLink()
  scene.sessions.attach(session, link)
  expect(scene.router.plan('a')).toHaveLength(1)
  scene.sessions.detach(session, link)
  expect(scene.router.plan('a')).toEqual([])
  expect(session.topicFilters.size).toBe(0)
})
