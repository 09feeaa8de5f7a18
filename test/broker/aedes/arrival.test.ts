import { nextTick } from 'node:process'
import { describe, expect, test } from 'vitest'
import { useFakeTimeouts } from '../../support/fake-timeouts.ts'
import { connectFrame } from '../connect-frame.ts'
import { createParty } from '../parties.ts'
import { OWN, openServedEngine } from './served-engine.ts'

const DEVICE = createParty('device-001')
const PINGREQ = Buffer.from([0xc0, 0])
const WILL = { topic: `${OWN}/state/status`, payload: Buffer.from('gone'), qos: 1, retain: false } as const

for (const fastPath of [true, false]) {
  describe(fastPath ? 'a CONNECT with the fast path' : 'a CONNECT through Aedes alone', () => {
    test('tells whether the session was there before', async () => {
      await using engine = await openServedEngine({ fastPath })
      const told: unknown[] = []
      for (const clean of [false, false, true, false]) {
        const client = await engine.connect(DEVICE, { clean })
        told.push(client.connack)
        client.send({ cmd: 'disconnect' })
        await client.closed
      }
      expect(told).toMatchObject(
        [false, true, false, false].map((sessionPresent) => ({ returnCode: 0, sessionPresent })),
      )
    })

    test('keeps the will before it says CONNACK, and forgets it when the next one has none', async () => {
      await using engine = await openServedEngine({ fastPath })
      const first = await engine.connect(DEVICE, { will: WILL })
      expect(engine.stores.wills.has('device-001')).toBe(true)
      first.send({ cmd: 'disconnect' })
      await first.closed
      await engine.connect(DEVICE)
      expect(engine.stores.wills.has('device-001')).toBe(false)
    })

    test('whose will cannot be kept ends without CONNACK', async () => {
      await using engine = await openServedEngine({ fastPath })
      await engine.fillDisk()
      const client = engine.say(DEVICE, { will: WILL })
      await client.closed
      expect(await client.next('connack')).toBeUndefined()
      await engine.makeRoom()
    })

    test('whose session has no room is refused with 3', async () => {
      await using engine = await openServedEngine({ fastPath })
      engine.room.isFull = true
      const client = await engine.connect(DEVICE, { clean: false })
      expect(client.connack).toMatchObject({ returnCode: 3, sessionPresent: false })
      await client.closed
      expect(engine.recorder.causes).toEqual(['store_full'])
    })

    test('that waits for the commit is answered before what stands behind it', async () => {
      await using engine = await openServedEngine({ fastPath })
      const client = engine.say(DEVICE, { clean: false }, PINGREQ)
      expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
      expect(await client.next('pingresp')).toBeDefined()
    })

    test('of a connection that was cut is not answered', async () => {
      await using engine = await openServedEngine({ fastPath })
      const client = engine.say(DEVICE, { clean: false, will: WILL })
      await client.connection.cut('certificate revoked: unspecified')
      await engine.settled()
      expect(await client.next('connack')).toBeUndefined()
    })

    test('that is said twice ends the connection, however fast the second one comes', async () => {
      await using engine = await openServedEngine({ fastPath })
      const client = engine.say(DEVICE, { clean: false }, connectFrame({ clientId: 'device-001' }))
      await client.closed
      expect(engine.recorder.causes).toEqual(['packet_invalid'])
    })

    test('is followed by silence for half as long again as was agreed, and no longer', async () => {
      await using engine = await openServedEngine({ fastPath })
      using timeouts = useFakeTimeouts()
      const client = await engine.connect(DEVICE, { keepalive: 10 })
      timeouts.advance(14_000)
      client.send({ cmd: 'pingreq' })
      expect(await client.next('pingresp')).toBeDefined()
      timeouts.advance(14_000)
      expect(client.connection.socket.destroyed).toBe(false)
      timeouts.advance(2000)
      await client.closed
      expect(client.connection.disconnectReason).toBe('keepalive_timeout')
    })

    test('takes the place of the connection before it, whose will is said', async () => {
      await using engine = await openServedEngine({ fastPath })
      const backend = await engine.connectBackend()
      backend.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: WILL.topic, qos: 0 }] })
      await backend.next('suback')
      const first = await engine.connect(DEVICE, { will: WILL })
      const second = await engine.connect(DEVICE)
      await first.closed
      expect(await backend.next('publish')).toMatchObject({ topic: WILL.topic })
      second.send({ cmd: 'pingreq' })
      expect(await second.next('pingresp')).toBeDefined()
      expect(second.connection.disconnectReason).toBe('ssl_closed')
    })
  })
}

test('a CONNECT whose connection is cut while its session is committed is not answered, and its will not kept', async () => {
  await using engine = await openServedEngine({ fastPath: true })
  const client = engine.say(DEVICE, { clean: false, will: WILL })
  // Within the turn: its commit comes with the next one.
  while (!engine.sessionOf(client.connection)) await new Promise<void>((resolve) => nextTick(resolve))
  expect(engine.stores.wills.has('device-001')).toBe(true)
  await client.connection.cut('certificate revoked: unspecified')
  await engine.settled()
  expect(await client.next('connack')).toBeUndefined()
  expect(engine.stores.wills.has('device-001')).toBe(false)
})
