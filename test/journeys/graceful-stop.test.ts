import { join } from 'node:path'
import type { Packet } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { openMqttDatabase } from '../../src/db/mqtt/mqtt-database.ts'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const MESSAGES = 5000

describe('a hub that stops', () => {
  for (const { qos, acknowledgement } of [
    { qos: 1, acknowledgement: 'puback' },
    { qos: 2, acknowledgement: 'pubrec' },
  ] as const)
    test(`has sent a ${acknowledgement} for every message of a flood that it kept, and for no other`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await startTestHub({ folder: folder.path })
      const back = { clientId: 'back', clean: false }
      const reader = await hub.connect(await hub.enrolService('back', [`${OWN}/#`]), back)
      await reader.subscribeAsync(`${OWN}/#`, { qos })
      await reader.endAsync()
      using device = await connected(hub, await hub.enrol('device-001'), 'device-001')
      const ends = watchEnd(device)

      const flood = Array.from({ length: MESSAGES }, (_, index): Packet => {
        const payload = Buffer.alloc(100)
        return { cmd: 'publish', topic: `${OWN}/n`, payload, qos, messageId: index + 1, retain: false, dup: false }
      })
      device.send(...flood)
      await device.next(acknowledgement)
      await hub.hub[Symbol.asyncDispose]()

      await device.closed
      expect(ends).toEqual(['end'])
      const acknowledged = device.received.filter(({ cmd }) => cmd === acknowledgement).length
      using stored = openMqttDatabase({
        file: join(hub.dataDir, 'mqtt.db'),
        durability: 'process',
        clock: hub.clock.now,
      })
      const [session] = stored.sessions.list()
      expect(acknowledged).toBe(stored.queues.open(session?.sid ?? 0, stored.journal).measure().messages)
      expect(acknowledged).toBeGreaterThan(0)
    })

  test('ends every connection cleanly, and does not wait for a client that reads nothing', async () => {
    await using hub = await startTestHub()
    const reasons: string[] = []
    hub.hub.events.subscribe('device.disconnected', ({ id, reason }) => reasons.push(`${id}: ${reason}`))
    const everything = await hub.enrolService('everything', ['#'])
    const mqttJs = await hub.connect(everything)
    const errors: Error[] = []
    mqttJs.on('error', (error) => errors.push(error))
    mqttJs.stream.on('error', (error: Error) => errors.push(error))
    using silent = await openRawClient(hub, await hub.enrol('device-001'))
    using idle = await connected(hub, await hub.enrol('device-002'), 'device-002')
    using frozen = await connected(hub, await hub.enrolService('frozen', ['#']), 'frozen')
    frozen.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 0 }] })
    await frozen.next('suback')
    frozen.socket.pause()
    for (let count = 0; count < 100; count++) await mqttJs.publishAsync('flood', Buffer.alloc(60_000), { qos: 1 })
    const ends = [silent, idle].map(watchEnd)
    const closed = new Promise<void>((resolve) => mqttJs.once('close', () => resolve()))

    await hub.hub[Symbol.asyncDispose]()

    await Promise.all([closed, silent.closed, idle.closed])
    expect([ends, errors]).toEqual([[['end'], ['end']], []])
    expect(reasons.sort()).toEqual(['device-002: hub stopped', 'everything: hub stopped', 'frozen: hub stopped'])
    frozen.socket.resume()
    await frozen.closed
  })

  test('publishes no will, then or at its next start', async () => {
    await using folder = await temporaryFolder()
    const backend = { clientId: 'backend', clean: false }
    await using hub = await startTestHub({ folder: folder.path })
    const service = await hub.enrolService('backend', ['users/#'])
    const device = await hub.enrol('device-001')
    await (await hub.connect(service, backend)).subscribeAsync('users/#', { qos: 1 })
    const will = { topic: `${OWN}/gone`, payload: Buffer.from('x'), qos: 1, retain: true } as const
    await hub.connect(device, { clientId: 'device-001', will })
    await hub.hub[Symbol.asyncDispose]()

    await using next = await startTestHub({ folder: folder.path })
    using reader = await openRawClient(next, service)
    const first = reader.next('publish')
    reader.send(connectPacket({ clientId: 'backend', clean: false }))
    expect(await reader.next('connack')).toMatchObject({ sessionPresent: true })
    const publisher = await next.connect(device, { clientId: 'device-001' })
    await publisher.publishAsync(`${OWN}/back`, 'y', { qos: 1 })
    expect(await first).toMatchObject({ topic: `${OWN}/back` })
  })

  test('remembers what it sent to a stored session: that alone comes back as a duplicate', async () => {
    await using folder = await temporaryFolder()
    await using hub = await startTestHub({ folder: folder.path })
    const device = await hub.enrol('device-001')
    using first = await connected(hub, device, 'device-001', false)
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 1 }] })
    await first.next('suback')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/#']))
    await backend.publishAsync(`${OWN}/rpc`, 'sent', { qos: 1 })
    await first.next('publish')
    await hub.hub[Symbol.asyncDispose]()

    await using next = await startTestHub({ folder: folder.path })
    const service = await next.enrolService('other', ['users/#'])
    const publisher = await next.connect(service)
    await publisher.publishAsync(`${OWN}/rpc`, 'new', { qos: 1 })
    using again = await connected(next, device, 'device-001', false)
    expect(String((await again.next('publish'))?.payload)).toBe('sent')
    expect(next.log.text).not.toContain('The last turn failed')
  })
})

async function connected(hub: TestHub, who: Credentials, clientId: string, clean = true): Promise<RawClient> {
  const client = await openRawClient(hub, who)
  client.send(connectPacket({ clientId, clean }))
  await client.next('connack')
  return client
}

/** How it ends: by "end", which is close_notify or FIN, or by an error. */
function watchEnd({ socket }: RawClient): readonly string[] {
  const ends: string[] = []
  socket.on('end', () => ends.push('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? error.message))
  return ends
}
