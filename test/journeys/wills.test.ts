import type { IConnectPacket } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { linkProgram, startKillableHub } from '../support/hub-process.ts'
import { connectPacket, type HubAddress, openRawClient, type RawClient } from '../support/raw-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const AFTER = 'users/default/devices/device-002/after'
const WILL = { topic: `${OWN}/will`, payload: Buffer.from('gone'), qos: 1, retain: false } as const

describe('the will of a device', () => {
  test('that falls silent is published when its keep alive has passed', async () => {
    await using hub = await startTestHub()
    const { topics, ended } = await watch(hub)
    using client = await connectWithWill(hub, await hub.enrol('device-001'), { keepalive: 1 })
    await client.closed
    await ended()
    expect(topics).toEqual([WILL.topic, AFTER])
  })

  // MQTT 3.1.1 §3.1.4: the server that disconnects the existing client has closed without a DISCONNECT.
  test('whose client id is taken over is published, and the next one’s is not', async () => {
    await using hub = await startTestHub()
    const { topics, ended } = await watch(hub)
    const device = await hub.enrol('device-001')
    using first = await connectWithWill(hub, device)
    using second = await connectWithWill(hub, device, { will: { ...WILL, topic: `${OWN}/next` } })
    await first.closed
    second.send({ cmd: 'pingreq' })
    await second.next('pingresp')
    await ended()
    expect(topics).toEqual([WILL.topic, AFTER])
  })

  test('that disconnects, that is suspended, or that lost the right to publish it stays unsaid', async () => {
    await using hub = await startTestHub()
    const { topics, ended } = await watch(hub)
    const device = await hub.enrol('device-001')

    using polite = await connectWithWill(hub, device)
    polite.send({ cmd: 'disconnect' })
    await polite.closed

    using suspended = await connectWithWill(hub, device)
    await hub.api('PATCH', '/api/devices/device-001', { body: { state: 'suspended' } })
    await suspended.closed
    await hub.api('PATCH', '/api/devices/device-001', { body: { state: 'active' } })

    using deprived = await connectWithWill(hub, device)
    await hub.api('PUT', '/api/policies/mute', { body: { rules: [] } })
    await hub.api('PATCH', '/api/devices/device-001', { body: { policies: ['mute'] } })
    deprived.socket.destroy()
    await deprived.closed

    await ended()
    expect(topics).toEqual([AFTER])
  })
})

test('a will that kill -9 left is in the queue of those who are away once, and the will of who disconnected never', async () => {
  await using folder = await temporaryFolder()
  const { ca, vanished, polite, watcher } = await enrol(folder.path)
  await linkProgram(folder.path)
  await killWithWills(folder.path, ca, vanished, polite)
  for (const expected of [[WILL.topic], []]) {
    await using hub = await startTestHub({ folder: folder.path })
    expect(await waitingFor(hub, watcher)).toEqual(expected)
  }
})

async function enrol(folder: string) {
  await using hub = await startTestHub({ folder })
  const watcher = await hub.enrolService('watcher', ['#'])
  const client = await hub.connect(watcher, { clientId: 'watcher', clean: false })
  await client.subscribeAsync('users/#', { qos: 1 })
  await client.endAsync()
  return { ca: hub.ca, watcher, vanished: await hub.enrol('device-001'), polite: await hub.enrol('device-003') }
}

async function killWithWills(folder: string, ca: string, vanished: Enrolled, polite: Enrolled): Promise<void> {
  await using hub = await startKillableHub(folder)
  using client = await connectWithWill({ hub, ca }, vanished)
  using other = await connectWithWill({ hub, ca }, polite, {
    will: { ...WILL, topic: 'users/default/devices/device-003/will' },
  })
  other.send({ cmd: 'disconnect' })
  await other.closed
  // A turn later, in which the other's will was dropped.
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  await hub.program.stop('SIGKILL')
}

async function connectWithWill(
  hub: HubAddress,
  { id, ...credentials }: Enrolled,
  packet: Partial<IConnectPacket> = {},
): Promise<RawClient> {
  const client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId: id, will: WILL, ...packet }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

/** Everything that is published, until something is published after it. */
async function watch(hub: TestHub) {
  const watcher = await hub.connect(await hub.enrolService('watcher', ['users/#']))
  await watcher.subscribeAsync('users/#', { qos: 1 })
  const other = await hub.connect(await hub.enrol('device-002'), { clientId: 'device-002' })
  const topics: string[] = []
  const last = new Promise<void>((resolve) =>
    watcher.on('message', (topic) => {
      topics.push(topic)
      if (topic === AFTER) resolve()
    }),
  )
  return {
    topics,
    async ended() {
      await other.publishAsync(AFTER, 'x', { qos: 1 })
      await last
    },
  }
}

/** The topics that wait for a persistent session. */
async function waitingFor(hub: TestHub, { id, ...credentials }: Enrolled): Promise<readonly string[]> {
  using client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId: id, clean: false }))
  await client.next('connack')
  const topics: string[] = []
  const last = new Promise<void>((resolve) =>
    client.socket.on('packet', (packet) => {
      if (packet.cmd !== 'publish') return
      client.send({ cmd: 'puback', messageId: packet.messageId })
      if (packet.topic === 'users/last') resolve()
      else topics.push(packet.topic)
    }),
  )
  client.send({ cmd: 'publish', topic: 'users/last', payload: 'x', qos: 1, messageId: 1, retain: false, dup: false })
  await last
  // Behind the last PUBACK.
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  return topics
}
