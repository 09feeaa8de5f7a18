import { describe, expect, test } from 'vitest'
import { messageIdOf } from '../../../src/broker/delivery/message.ts'
import { createLink, createMessage, openDeliveryScene } from './delivery-scene.ts'

const KINDS = ['openStored', 'openClean'] as const

describe.each(KINDS)('a session (%s)', (open) => {
  test('gets no more than its window at a time, and the next in order for each acknowledgement', async () => {
    using scene = openDeliveryScene({ limits: { inFlight: 3 } })
    const session = scene[open]()
    const link = createLink()
    scene.sessions.attach(session, link)
    for (let n = 1; n <= 200; n++) session.enqueue(createMessage({ payload: Buffer.from(`${n}`) }))
    await scene.settled()
    expect(link.payloads).toEqual(['1', '2', '3'])
    for (let n = 1; n <= 200; n++) {
      session.acknowledge(n, 1)
      await scene.settled()
    }
    expect(link.payloads).toEqual(Array.from({ length: 200 }, (_, index) => `${index + 1}`))
    expect(link.packets.every((packet) => packet.cmd === 'publish' && !packet.dup)).toBe(true)
  })

  test('does not hold on to the chunk that a message came in', async () => {
    using scene = openDeliveryScene()
    const session = scene[open]()
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.settled()
    const chunk = Buffer.from('first')
    session.enqueue(createMessage({ payload: chunk.subarray(0, 5) }))
    chunk.fill('x')
    await scene.settled()
    expect(link.payloads).toEqual(['first'])
  })

  test('holds the place of a QoS 2 message until PUBCOMP', async () => {
    using scene = openDeliveryScene({ limits: { inFlight: 1 } })
    const session = scene[open]()
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.publish({ qos: 2, payload: Buffer.from('first') })
    await scene.publish({ qos: 2, payload: Buffer.from('second') })
    session.acknowledge(1, 1)
    session.release(1)
    session.release(1)
    session.release(7)
    await scene.settled()
    expect(link.payloads).toEqual(['first'])
    session.acknowledge(1, 2)
    await scene.settled()
    expect(link.payloads).toEqual(['first', 'second'])
  })

  test('sends again to a new connection what the last did not acknowledge, marked DUP, and PUBREL where that is owed', async () => {
    using scene = openDeliveryScene({ limits: { inFlight: 3 } })
    const session = scene[open]()
    const [first, second] = [createLink(), createLink()]
    scene.sessions.attach(session, first)
    for (const payload of ['1', '2', '3', '4'])
      session.enqueue(createMessage({ payload: Buffer.from(payload), qos: 2 }))
    await scene.settled()
    session.release(2)
    await scene.settled()
    scene.sessions.attach(session, second)
    scene.sessions.detach(session, first)
    await scene.settled()
    expect(second.packets).toMatchObject([
      { cmd: 'publish', messageId: 1, dup: true },
      { cmd: 'pubrel', messageId: 2 },
      { cmd: 'publish', messageId: 3, dup: true },
    ])
    session.acknowledge(1, 2)
    await scene.settled()
    expect(second.packets.at(-1)).toMatchObject({ cmd: 'publish', messageId: 4, dup: false })
  })

  test('gets QoS 0 while its reader keeps up, and nothing it may not read', async () => {
    using scene = openDeliveryScene()
    const session = scene[open]()
    await scene.publish({ qos: 0, payload: Buffer.from('to nobody') })
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.publish({ qos: 0, payload: Buffer.from('seen') })
    link.isBehind = true
    await scene.publish({ qos: 0, payload: Buffer.from('too much') })
    link.isBehind = false
    link.mayRead = false
    await scene.publish({ qos: 0, payload: Buffer.from('secret') })
    await scene.publish({ qos: 1, payload: Buffer.from('secret') })
    await scene.settled()
    link.mayRead = true
    await scene.publish({ qos: 1, payload: Buffer.from('open') })
    await scene.settled()
    expect(link.payloads).toEqual(['seen', 'open'])
    expect([scene.losses.of('backlog'), scene.losses.of('policy')]).toEqual([1, 2])
  })

  test('that is behind keeps what it is owed, and goes on when it has caught up', async () => {
    using scene = openDeliveryScene()
    const session = scene[open]()
    const link = createLink()
    scene.sessions.attach(session, link)
    link.isBehind = true
    await scene.publish({ payload: Buffer.from('1') })
    await scene.publish({ payload: Buffer.from('2') })
    expect(link.payloads).toEqual([])
    link.isBehind = false
    scene.turn.pumpLater(session)
    await scene.settled()
    expect(link.payloads).toEqual(['1', '2'])
  })

  test('loses nothing to a policy that cannot be read: its connection was cut', async () => {
    using scene = openDeliveryScene()
    const session = scene[open]()
    const [cut, next] = [createLink(), createLink()]
    scene.sessions.attach(session, Object.assign(cut, { mayReceive: () => !Object.assign(cut, { isBehind: true }) }))
    await scene.publish({ payload: Buffer.from('kept') })
    await scene.settled()
    session.attach(next)
    await scene.settled()
    expect([cut.payloads, next.payloads]).toEqual([[], ['kept']])
  })

  test('drops the oldest that was not sent when too many wait, and never what is on its way', async () => {
    using scene = openDeliveryScene({ limits: { inFlight: 2, queueMessages: 4 } })
    const session = scene[open]()
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.settled()
    for (const payload of '123456') await scene.publish({ payload: Buffer.from(payload) })
    expect(scene.losses.of('queue_messages')).toBe(2)
    for (let n = 1; n <= 6; n++) {
      session.acknowledge(n, 1)
      await scene.settled()
    }
    expect(link.payloads).toEqual(['1', '2', '5', '6'])
  })

  test('of which the turn failed takes nothing of that turn', async () => {
    using scene = openDeliveryScene()
    const session = scene[open]()
    scene.openStored('other')
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.settled()
    scene.fillDisk()
    expect(await scene.publish({ payload: Buffer.from('refused') })).toBeInstanceOf(Error)
    await scene.settled()
    scene.makeRoom()
    expect(await scene.publish({ payload: Buffer.from('taken') })).toBeUndefined()
    await scene.settled()
    expect(link.payloads).toEqual(['taken'])
  })

  test('that was ended takes and sends nothing', async () => {
    using scene = openDeliveryScene()
    const session = scene[open]()
    session.end()
    const link = createLink()
    session.attach(link)
    session.enqueue(createMessage())
    await scene.settled()
    expect(link.packets).toEqual([])
  })
})

describe('a packet identifier', () => {
  test('follows from the number of the message, and is never 0', () => {
    expect([1, 65_535, 65_536, 131_070, 131_071].map(messageIdOf)).toEqual([1, 65_535, 1, 65_535, 1])
  })

  test('that is still in use 65,535 messages later is waited for', async () => {
    using scene = openDeliveryScene({ limits: { inFlight: 1000 } })
    const session = scene.openClean()
    const link = createLink()
    scene.sessions.attach(session, link)
    for (let n = 1; n <= 65_537; n++) {
      session.enqueue(createMessage())
      if (n % 257 > 0) continue
      await scene.settled()
      // All but the first message.
      for (let sent = Math.max(2, n - 256); sent <= n; sent++) session.acknowledge(sent, 1)
    }
    await scene.settled()
    expect(link.packets).toHaveLength(65_535)
    session.acknowledge(1, 1)
    await scene.settled()
    expect(link.packets.slice(65_535)).toMatchObject([{ messageId: 1 }, { messageId: 2 }])
  })
})

describe('a stored session', () => {
  test('gets its queue in order in the next process, the first window of it marked DUP', async () => {
    using scene = openDeliveryScene({ limits: { inFlight: 2 } })
    const session = scene.openStored()
    const link = createLink()
    scene.sessions.attach(session, link)
    for (const payload of '1234') await scene.publish({ payload: Buffer.from(payload) })
    await scene.settled()
    session.acknowledge(1, 1)
    await scene.settled()

    const next = scene.restart()
    await next.publish({ payload: Buffer.from('5') })
    const { session: again, isPresent } = next.sessions.openStored('device-001', { kind: 'device', id: 'device-001' })
    expect(isPresent).toBe(true)
    const later = createLink()
    next.sessions.attach(again, later)
    await next.settled()
    for (let n = 2; n <= 5; n++) {
      again.acknowledge(n, 1)
      await next.settled()
    }
    expect(later.packets).toMatchObject([
      { messageId: 2, dup: true },
      { messageId: 3, dup: true },
      { messageId: 4, dup: false },
      { messageId: 5, dup: false },
    ])
    expect(later.payloads).toEqual(['2', '3', '4', '5'])
  })

  test('never sends a message again whose PUBREC was answered before the crash', async () => {
    using scene = openDeliveryScene()
    const session = scene.openStored()
    scene.sessions.attach(session, createLink())
    await scene.publish({ qos: 2 })
    await scene.settled()
    session.release(1)
    await scene.settled()
    const next = scene.restart()
    const link = createLink()
    next.sessions.attach(next.openStored(), link)
    await next.settled()
    expect(link.packets).toMatchObject([{ cmd: 'pubrel', messageId: 1 }])
  })

  test('begins its numbers anew when they are large and none is in use, its identifiers going on', async () => {
    using scene = openDeliveryScene()
    const session = scene.openStored()
    if (session.sid === undefined) throw new Error('The session was to be stored')
    scene.stores.queues.open(session.sid, scene.stores.journal).append(2 ** 31, createMessage())
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.publish({})
    await scene.settled()
    const ids = [2 ** 31, 2 ** 31 + 1].map(messageIdOf)
    for (const id of ids) session.acknowledge(id, 1)
    await scene.settled()
    await scene.publish({})
    await scene.settled()
    expect(link.packets).toMatchObject([...ids, (ids[1] ?? 0) + 1].map((messageId) => ({ messageId })))
    expect(scene.stores.queues.open(session.sid, scene.stores.journal).measure().last).toBeLessThan(65_536)
  })

  test('loses what has waited longer than limits.queue_age', async () => {
    using scene = openDeliveryScene({ limits: { queueSeconds: 60 } })
    const session = scene.openStored()
    await scene.publish({ payload: Buffer.from('old') })
    scene.clock.advance(61_000)
    await scene.publish({ payload: Buffer.from('new') })
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.settled()
    expect(link.payloads).toEqual(['new'])
    expect(scene.losses.of('queue_age')).toBe(1)
  })

  test('loses its oldest past limits.queue_bytes', async () => {
    using scene = openDeliveryScene({ limits: { queueBytes: 250 } })
    const session = scene.openStored()
    for (const letter of 'abc') await scene.publish({ payload: Buffer.alloc(100, letter) })
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.settled()
    expect(link.payloads.map(([letter]) => letter)).toEqual(['b', 'c'])
    expect(scene.losses.of('queue_bytes')).toBe(1)
  })

  test('loses nothing of as many bytes as limits.queue_bytes, which are kept as long as limits.queue_age', async () => {
    using scene = openDeliveryScene({ limits: { queueBytes: 303, queueSeconds: 60 } })
    const session = scene.openStored()
    // Topics of one byte.
    for (const letter of 'abc') await scene.publish({ payload: Buffer.alloc(100, letter) })
    scene.clock.advance(50_000)
    const link = createLink()
    scene.sessions.attach(session, link)
    await scene.settled()
    expect(link.payloads.map(([letter]) => letter)).toEqual(['a', 'b', 'c'])
    expect(Object.values(scene.losses.totals()).every((lost) => lost === 0)).toBe(true)
  })
})
