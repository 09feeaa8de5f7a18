import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { linkProgram, startHubProcess } from '../support/hub-process.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { residentBytes } from '../support/resident-bytes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const MEBIBYTE = 2 ** 20

// Linux tells a process's resident memory in /proc.
test.skipIf(process.platform !== 'linux')('100 MB pushed before CONNECT cost the hub less than 20 MB', async () => {
  await using folder = await temporaryFolder()
  await linkProgram(folder.path)
  await using hub = await startHubProcess(folder.path)
  const pid = Number(readFileSync(join(folder.path, 'data/hub.pid'), 'utf8'))
  const ca = readFileSync(join(folder.path, 'certs/ca-cert.pem'))
  // What the first connections cost is not what is asked.
  for (let warmUp = 0; warmUp < 20; warmUp++)
    await push({ port: hub.mqttPort, ca, begin: [0x10, 0xff, 0xff, 0xff, 0x7f], megabytes: 1 })
  const before = residentBytes(pid)
  const highest: number[] = []

  // A CONNECT that declares 256 MB, one that never ends its length, and what is no CONNECT at all.
  for (const begin of [
    [0x10, 0xff, 0xff, 0xff, 0x7f],
    [0x10, 0xff, 0xff, 0xff, 0xff],
    [0x30, 0xff, 0xff, 0xff, 0x7f],
  ]) {
    await push({ port: hub.mqttPort, ca, begin, megabytes: 100, onProgress: () => highest.push(residentBytes(pid)) })
  }

  expect(Math.max(...highest, residentBytes(pid)) - before).toBeLessThan(20 * MEBIBYTE)
})

describe('a flood of half-open connections from one address', () => {
  test('is bounded at once, ends at the deadline, and devices of another address are served meanwhile', async () => {
    await using hub = await startTestHub({ settings: { limits: { handshake_seconds: 3 } } })
    const device = await hub.enrol('device-001')
    const flood = await Promise.all(Array.from({ length: 200 }, () => halfOpen(hub, '127.0.0.2')))

    using client = await openRawClient(hub, device, { localAddress: '127.0.0.1' })
    client.send(connectPacket({ clientId: 'device-001' }))
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })

    await Promise.all(flood.map(({ closed }) => closed))
    const refusals = await hub.refusals()
    const countOf = (cause: string): number =>
      refusals
        .filter((refusal) => refusal.cause === cause && refusal.address === '127.0.0.2')
        .reduce((sum, { count }) => sum + count, 0)
    expect(countOf('address_over_limit') + countOf('handshake_timeout')).toBe(200)
    expect(countOf('address_over_limit')).toBeGreaterThanOrEqual(100)
  })

  test('does not count connections that have shown who they are', async () => {
    await using hub = await startTestHub({ settings: { limits: { half_open_per_address: 2 } } })
    const device = await hub.enrol('device-001')
    const clients = []
    for (const suffix of ['a', 'b', 'c', 'd', 'e']) {
      const client = await openRawClient(hub, device)
      clients.push(client)
      client.send(connectPacket({ clientId: `device-001:${suffix}` }))
      expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
    }
    for (const client of clients) client[Symbol.dispose]()
  })
})

describe('a limit that is reached refuses, names itself, and is free again afterwards', () => {
  test.each([
    { name: 'connections', limits: { connections: 3 }, cause: 'hub_over_limit' },
    { name: 'connections_per_address', limits: { connections_per_address: 3 }, cause: 'address_over_limit' },
    { name: 'half_open', limits: { half_open: 3 }, cause: 'hub_over_limit' },
    { name: 'half_open_per_address', limits: { half_open_per_address: 3 }, cause: 'address_over_limit' },
  ])('$name', async ({ limits, cause }) => {
    await using hub = await startTestHub({ settings: { limits } })
    const held = await Promise.all([1, 2, 3].map(() => halfOpen(hub, '127.0.0.1')))
    const refused = await halfOpen(hub, '127.0.0.1')
    await refused.closed
    expect(hub.log.lines).toContainEqual(expect.objectContaining({ msg: 'Refused', cause, address: '127.0.0.1' }))

    for (const { socket } of held) socket.destroy()
    await Promise.all(held.map(({ closed }) => closed))
    // The API comes in by the same count: it answers once the hub has seen them go.
    const answers = (): Promise<boolean> =>
      hub.api('GET', '/livez').then(
        ({ status }) => status === 200,
        () => false,
      )
    while (!(await answers()));
  })
})

describe('a packet larger than its limit closes the connection, one byte less does not', () => {
  test('limits.connect_bytes', async () => {
    await using hub = await startTestHub({ settings: { limits: { connect_bytes: 1024 } } })
    const device = await hub.enrol('device-001')
    const ofSize = (bytes: number) =>
      connectPacket({
        clientId: 'device-001',
        will: { topic: 'users/default/devices/device-001/w', payload: Buffer.alloc(bytes - 63), qos: 0, retain: false },
      })
    using small = await openRawClient(hub, device)
    small.send(ofSize(1024))
    expect(await small.next('connack')).toMatchObject({ returnCode: 0 })
    using large = await openRawClient(hub, device)
    large.send(ofSize(1025))
    await large.closed
    expect(await hub.refusals()).toMatchObject([{ cause: 'connect_too_large' }])
  })

  test('limits.packet_bytes', async () => {
    await using hub = await startTestHub({ settings: { limits: { packet_bytes: 4096 } } })
    const device = await hub.enrol('device-001')
    const topic = 'users/default/devices/device-001/t'
    // Fixed header 3, topic 2 + length, packet identifier 2.
    const payloadOf = (bytes: number): Buffer => Buffer.alloc(bytes - 7 - topic.length)
    using client = await openRawClient(hub, device)
    client.send(connectPacket({ clientId: 'device-001' }))
    await client.next('connack')
    client.send({ cmd: 'publish', topic, payload: payloadOf(4096), qos: 1, messageId: 1, dup: false, retain: false })
    expect(await client.next('puback')).toMatchObject({ messageId: 1 })
    client.send({ cmd: 'publish', topic, payload: payloadOf(4097), qos: 1, messageId: 2, dup: false, retain: false })
    await client.closed
    expect(await hub.refusals()).toMatchObject([
      { cause: 'packet_too_large', presented: { identity: 'device:device-001' } },
    ])
  })
})

test('a peer that finishes its handshake and never says CONNECT is closed at the deadline', async () => {
  await using hub = await startTestHub({ settings: { limits: { connect_seconds: 1 } } })
  using client = await openRawClient(hub, await hub.enrol('device-001'))
  await client.closed
  expect(await hub.refusals()).toMatchObject([{ cause: 'connect_timeout', presented: { subject: 'CN=device-001' } }])
})

interface Push {
  readonly port: number
  readonly ca: Buffer
  readonly begin: readonly number[]
  readonly megabytes: number
  readonly onProgress?: () => void
}

/** Writes until everything is sent or the hub has had enough. */
async function push({ port, ca, begin, megabytes, onProgress }: Push): Promise<void> {
  const socket = connectTls({ host: 'localhost', port, ca })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'secureConnect')
  socket.write(Buffer.from(begin))
  for (let sent = 0; sent < megabytes && !socket.destroyed; sent++) {
    const drained = new Promise<void>((resolve) => socket.write(Buffer.alloc(MEBIBYTE), () => resolve()))
    await Promise.race([drained, closed])
    onProgress?.()
  }
  socket.destroy()
  await closed
}

/** Sends the first byte of a handshake and no more. */
async function halfOpen(
  hub: TestHub,
  localAddress: string,
): Promise<{ readonly socket: Socket; readonly closed: Promise<void> }> {
  const socket = connectTcp({ host: '127.0.0.1', port: hub.hub.mqttPort, localAddress })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await Promise.race([once(socket, 'connect'), closed])
  socket.write(Buffer.from([0x16]))
  return { socket, closed }
}
