import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  BACKEND,
  DEVICE,
  GATEWAY,
  type Opened,
  OTHER,
  OWN,
  openBrokerScene,
  ROTATED,
  STRANGER,
  subscribe,
  taken,
} from './broker-scene.ts'
import { connectFrame, rawConnectFrame } from './connect-frame.ts'
import type { Party } from './parties.ts'

const PING = Buffer.from([0xc0, 0])

describe('a device that says CONNECT', () => {
  test('is connected, announced, noted, and half-open no longer', async () => {
    await using hub = await openBrokerScene()
    const { client, incoming, connack } = await hub.connect(DEVICE)
    expect(connack).toMatchObject({ returnCode: 0 })
    expect(incoming.isOpen).toBe(true)
    expect(hub.noted).toEqual([DEVICE.certificate])
    expect(hub.sessions.findByClientId('device-001')?.session?.identity).toBe(DEVICE.identity)
    const known = { kind: 'device', id: 'device-001', clientId: 'device-001' }
    expect(hub.events).toEqual([{ type: 'device.connected', ...known, address: '192.0.2.1' }])
    client.socket.destroy()
    await hub.event('device.disconnected')
    expect(hub.events.at(-1)).toEqual({ type: 'device.disconnected', ...known, reason: 'ssl_closed' })
    expect(hub.recorder.refusals).toEqual([])
  })

  test('without a client id is assigned one of its own', async () => {
    await using hub = await openBrokerScene()
    const clients = [await hub.connect(DEVICE, { clientId: '' }), await hub.connect(DEVICE, { clientId: '' })]
    expect(clients.map(({ connack }) => connack?.returnCode)).toEqual([0, 0])
    const ids = hub.events.map((event) => event['clientId'])
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^device-001:[\w-]{12}$/)
    expect(clients.map(({ client }) => client.socket.destroyed)).toEqual([false, false])
  })

  test('and piped packets behind it is served them all', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(DEVICE)
    client.send(Buffer.concat([connectFrame(), PING, PING]))
    await client.next('pingresp')
    expect(await client.next('pingresp')).toBeDefined()
  })

  test('and goes on in each tick that follows is served it all, after its CONNACK', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(DEVICE)
    client.send(connectFrame({ clientId: 'device-001' }))
    for (let messageId = 1; messageId <= 5; messageId++) {
      await Promise.resolve()
      client.send({ ...subscribe(`${OWN}/#`), messageId })
      await new Promise<void>((resolve) => process.nextTick(resolve))
    }
    while (client.received.length < 6) await once(client.socket, 'packet')
    expect(client.received[0]).toMatchObject({ cmd: 'connack', returnCode: 0 })
    for (const suback of client.received.slice(1)) expect(suback).toMatchObject({ cmd: 'suback', granted: [1] })
    expect(hub.recorder.refusals).toEqual([])
  })

  test('byte by byte is connected', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(DEVICE)
    for (const byte of connectFrame()) client.send(Buffer.from([byte]))
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  })
})

describe('a peer is refused', () => {
  for (const { name, party, frame, returnCode, cause } of [
    { name: 'that the registry does not know', party: STRANGER, returnCode: 5, cause: 'certificate_unknown' },
    { name: 'without a certificate', party: undefined, returnCode: 5, cause: 'certificate_missing' },
    {
      name: 'under the id of somebody else',
      party: DEVICE,
      frame: connectFrame({ clientId: 'device-002' }),
      returnCode: 2,
      cause: 'client_id_wrong',
    },
    {
      name: 'without a client id and with a session to keep',
      party: DEVICE,
      frame: rawConnectFrame({ flags: 0, payload: [''] }),
      returnCode: 2,
      cause: 'client_id_missing',
    },
    {
      name: 'of an unknown version',
      party: DEVICE,
      frame: rawConnectFrame({ level: 6 }),
      returnCode: 1,
      cause: 'protocol_version_unsupported',
    },
  ]) {
    test(`${name}, with CONNACK ${returnCode}, one entry, and nothing else`, async () => {
      await using hub = await openBrokerScene()
      const { client, incoming } = hub.open(party)
      client.send(frame ?? connectFrame())
      expect(await client.next('connack')).toMatchObject({ returnCode, sessionPresent: false })
      await client.closed
      expect(hub.recorder.refusals).toMatchObject([{ surface: 'mqtts', address: '192.0.2.1', cause }])
      expect([hub.events, hub.noted, hub.sessions.size, incoming.isOpen]).toEqual([[], [], 0, false])
    })
  }

  test('of version 5, with a CONNACK it can read', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(DEVICE, 5)
    client.send(rawConnectFrame({ level: 5 }))
    expect(await client.next('connack')).toMatchObject({ reasonCode: 0x84 })
    await client.closed
    expect(hub.recorder.refusals).toMatchObject([
      {
        cause: 'protocol_version_unsupported',
        presented: {
          identity: 'device:device-001',
          subject: 'CN=device-001',
          fingerprint: DEVICE.certificate.fingerprint,
        },
        expected: 'MQTT 3.1.1',
      },
    ])
  })

  test('of version 5, as nobody when the registry does not know it', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(STRANGER, 5)
    client.send(rawConnectFrame({ level: 5 }))
    await client.closed
    expect(hub.recorder.refusals.map(({ presented }) => presented)).toMatchObject([
      { subject: 'CN=stranger', fingerprint: STRANGER.certificate.fingerprint, issuer: 'CN=Signet' },
    ])
    expect(hub.recorder.refusals[0]?.presented).not.toHaveProperty('identity')
  })

  for (const { name, bytes, cause } of [
    { name: 'that speaks no MQTT', bytes: Buffer.from('\0\0'), cause: 'connect_invalid' },
    { name: 'that speaks HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'), cause: 'http_on_mqtt_port' },
    { name: 'that speaks TLS once more', bytes: Buffer.from([0x16, 3, 1]), cause: 'tls_on_plain_port' },
    { name: 'whose CONNECT is too large', bytes: Buffer.from([0x10, 0xff, 0xff, 0x7f]), cause: 'connect_too_large' },
    {
      name: 'whose will could be written to no subscriber',
      bytes: rawConnectFrame({ flags: 0b1_1110, payload: ['device-001', `${OWN}/will`, 'x'] }),
      cause: 'connect_invalid',
    },
  ]) {
    test(`${name}, without a word`, async () => {
      await using hub = await openBrokerScene()
      const { client, incoming } = hub.open(DEVICE)
      client.send(bytes)
      await client.closed
      expect([client.received, incoming.resets]).toEqual([[], 1])
      expect(hub.recorder.refusals).toMatchObject([{ cause, presented: { subject: 'CN=device-001' } }])
    })
  }

  test('that says nothing, when its time is over', async () => {
    await using hub = await openBrokerScene({ connectSeconds: 0.02 })
    const { client } = hub.open(DEVICE)
    await client.closed
    expect(hub.recorder.causes).toEqual(['connect_timeout'])
  })
})

describe('a peer that would have been refused', () => {
  for (const { name, end } of [
    { name: 'leaves without a CONNECT', end: ({ client }: Opened) => client.socket.destroy() },
    { name: 'speaks no MQTT', end: ({ client }: Opened) => client.send(PING) },
  ]) {
    test(`is told apart by the deeper cause when it ${name}`, async () => {
      await using hub = await openBrokerScene()
      const opened = hub.open(undefined)
      end(opened)
      await opened.incoming.closed
      expect(hub.recorder.causes).toEqual(['certificate_missing'])
    })
  }

  test('is nobody’s business when it is a device that leaves without a CONNECT', async () => {
    await using hub = await openBrokerScene()
    const opened = hub.open(DEVICE)
    opened.client.socket.destroy()
    await opened.incoming.closed
    expect([hub.recorder.refusals, hub.sessions.size]).toEqual([[], 0])
  })
})

describe('a revocation', () => {
  test('reaches a connection that has not said CONNECT, and nothing is told', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(DEVICE)
    client.send(connectFrame().subarray(0, 5))
    await hub.sessions.cutCredentials([DEVICE.certificate.fingerprint], 'certificate revoked: unspecified')
    await client.closed
    expect([hub.recorder.refusals, hub.events, client.received]).toEqual([[], [], []])
  })

  test('between CONNECT and its arrival leaves nothing to decide', async () => {
    await using hub = await openBrokerScene()
    const { client } = hub.open(DEVICE)
    client.send(connectFrame())
    const cut = hub.sessions.cutCredentials([DEVICE.certificate.fingerprint], 'certificate revoked: unspecified')
    await cut
    expect([hub.events, hub.noted, client.received]).toEqual([[], [], []])
  })

  test('of a live session is its reason to end', async () => {
    await using hub = await openBrokerScene()
    await hub.connect(DEVICE)
    await hub.sessions.cutCredentials([DEVICE.certificate.fingerprint], 'certificate revoked: unspecified')
    await hub.event('device.disconnected')
    expect(hub.events.at(-1)).toMatchObject({ reason: 'certificate revoked: unspecified' })
  })
})

describe('a registry that fails', () => {
  test('costs the connection that asked, with CONNACK 3, and is logged whole', async () => {
    await using hub = await openBrokerScene({ admit: () => fail('the database is locked') })
    const { client } = hub.open(DEVICE)
    client.send(connectFrame())
    expect(await client.next('connack')).toMatchObject({ returnCode: 3 })
    await client.closed
    expect(hub.log.lines).toMatchObject([{ level: 'error', err: { message: 'the database is locked' } }])
    expect([hub.recorder.refusals, hub.events, hub.sessions.size]).toEqual([[], [], 0])
  })

  test('is logged though the peer is gone that it was asked about', async () => {
    await using hub = await openBrokerScene({ admit: () => fail('the database is locked') })
    const { client, incoming } = hub.open(DEVICE)
    client.socket.destroy()
    await incoming.closed
    expect(hub.log.lines).toMatchObject([{ level: 'error', err: { message: 'the database is locked' } }])
  })
})

describe('a client id that another identity took before it was registered', () => {
  test('goes to its owner, with nothing of the other’s session', async () => {
    await using hub = await openBrokerScene()
    const squatter = await hub.connect(BACKEND, { clientId: 'device-001', clean: false })
    squatter.client.send(subscribe(`${OWN}/#`))
    await squatter.client.next('suback')
    const other = await hub.connect(BACKEND)
    squatter.client.socket.destroy()
    await squatter.incoming.closed
    await taken(other.client, `${OWN}/secret`)

    const owner = await hub.connect(DEVICE, { clean: false })

    expect(owner.connack).toMatchObject({ returnCode: 0, sessionPresent: false })
    owner.client.send(PING)
    await owner.client.next('pingresp')
    await taken(other.client, `${OWN}/secret`)
    expect(owner.client.received.map(({ cmd }) => cmd)).toEqual(['connack', 'pingresp'])
  })

  test('is taken from a live connection, which is cut', async () => {
    await using hub = await openBrokerScene()
    const squatter = await hub.connect(BACKEND, { clientId: 'device-001', clean: false })
    const owner = await hub.connect(DEVICE)
    await squatter.client.closed
    expect(owner.connack).toMatchObject({ returnCode: 0, sessionPresent: false })
    expect(hub.events).toContainEqual({
      type: 'device.disconnected',
      kind: 'service',
      id: 'backend',
      clientId: 'device-001',
      reason: 'its client id was registered as another identity',
    })
  })

  test('is served to nobody when its owner leaves meanwhile', async () => {
    await using hub = await openBrokerScene()
    await hub.connect(BACKEND, { clientId: 'device-001' })
    const owner = hub.open(DEVICE)
    owner.client.send(connectFrame())
    await hub.event('device.connected', 2)
    await hub.sessions.cutCredentials([DEVICE.certificate.fingerprint], 'certificate revoked: unspecified')
    expect(owner.client.received).toEqual([])
    expect((await hub.connect(ROTATED)).connack).toMatchObject({ returnCode: 0 })
  })
})

describe('a session that is kept', () => {
  test('is held against others, until its owner ends it with a clean one', async () => {
    await using hub = await openBrokerScene()
    const kept = await hub.connect(BACKEND, { clientId: 'shared', clean: false })
    kept.client.socket.destroy()
    await kept.incoming.closed
    const intruder = hub.open(OTHER)
    intruder.client.send(connectFrame({ clientId: 'shared' }))
    expect(await intruder.client.next('connack')).toMatchObject({ returnCode: 2 })
    expect(hub.recorder.causes).toEqual(['client_id_held'])

    const ended = await hub.connect(BACKEND, { clientId: 'shared' })
    ended.client.socket.destroy()
    await ended.incoming.closed
    expect((await hub.connect(OTHER, { clientId: 'shared' })).connack).toMatchObject({ returnCode: 0 })
  })
})

describe('an identity that is forgotten', () => {
  test('loses its live sessions, what was stored for it, and what was retained for its user', async () => {
    await using hub = await openBrokerScene()
    const device = await hub.connect(DEVICE, { clean: false })
    device.client.send(subscribe(`${OWN}/#`))
    await device.client.next('suback')
    await taken(device.client, `${OWN}/state`, true)
    const other = await hub.connect(OTHER)
    await taken(other.client, 'users/test-user/devices/device-002/state', true)

    await hub.forgetIdentity('device', 'device-001', 'test-user')

    expect(device.client.socket.destroyed).toBe(true)
    expect((await hub.connect(DEVICE, { clean: false })).connack).toMatchObject({ sessionPresent: false })
    const backend = await hub.connect(BACKEND)
    backend.client.send(subscribe('#'))
    expect(await backend.client.next('publish')).toMatchObject({ topic: 'users/test-user/devices/device-002/state' })
    backend.client.send(PING)
    await backend.client.next('pingresp')
    expect(backend.client.received.filter(({ cmd }) => cmd === 'publish')).toHaveLength(1)
    expect(other.client.socket.destroyed).toBe(false)
  })

  test('without a user has retained nothing of its own', async () => {
    await using hub = await openBrokerScene()
    const backend = await hub.connect(BACKEND)
    await taken(backend.client, `${OWN}/state`, true)
    await hub.forgetIdentity('service', 'backend', undefined)
    const device = await hub.connect(DEVICE)
    device.client.send(subscribe(`${OWN}/#`))
    expect(await device.client.next('publish')).toMatchObject({ topic: `${OWN}/state` })
  })
})

test('a broker that is closed has closed every connection, and published no will', async () => {
  const hub = await openBrokerScene()
  const backend = await hub.connect(BACKEND)
  backend.client.send(subscribe('#'))
  await backend.client.next('suback')
  const device = await hub.connect(DEVICE, {
    will: { topic: `${OWN}/will`, payload: Buffer.from('x'), qos: 0, retain: false },
  })
  const silent = hub.open(OTHER)
  await hub[Symbol.asyncDispose]()
  await Promise.all([backend, device, silent].map(({ client }) => client.closed))
  expect([hub.sessions.size, backend.client.received.filter(({ cmd }) => cmd === 'publish')]).toEqual([0, []])
})

describe('a device that flaps', () => {
  test('is refused after limits.flapping_connects lost connections, with CONNACK 5 and when that ends', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 3 })
    await lose(hub, DEVICE, 2)
    expect((await hub.connect(DEVICE, { clientId: 'device-001:other' })).connack).toMatchObject({ returnCode: 0 })
    await lose(hub, DEVICE, 1)
    const told = { type: 'limit.reached', limit: 'flapping_connects', subject: 'device:device-001', count: 1 }
    expect(hub.events).toContainEqual(told)

    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 5 })
    expect(hub.recorder.refusals).toMatchObject([
      {
        cause: 'flapping',
        presented: { identity: 'device:device-001', clientId: 'device-001' },
        expected: expect.stringMatching(/^no CONNECT before 20\d\d-/),
      },
    ])
    expect((await hub.connect(OTHER)).connack).toMatchObject({ returnCode: 0 })
    expect(hub.limitsReached.totals()).toMatchObject({ flapping_connects: 1 })
    hub.advance(300_000)
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
  })

  test('is one whose two clients take one client id from each other', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 3 })
    for (let takeover = 0; takeover < 4; takeover++) await hub.connect(DEVICE)
    await hub.event('device.disconnected', 3)
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 5 })
  })

  test('is one that is refused again and again', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 4 })
    await hub.connect(DEVICE, { clientId: 'device-002' })
    for (const bytes of [rawConnectFrame({ level: 5 }), Buffer.from([0x10, 0xff, 0xff, 0x7f])]) {
      const { client } = hub.open(DEVICE)
      client.send(bytes)
      await client.closed
    }
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
    await hub.connect(DEVICE, { clientId: 'device-002' })
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 5 })
    expect(hub.recorder.causes.at(-1)).toBe('flapping')
  })

  test('is let in when its ban is lifted, or what it was is forgotten', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 2 })
    await lose(hub, DEVICE, 2)
    hub.liftBan('device', 'device-001')
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
    await lose(hub, OTHER, 2)
    await hub.forgetIdentity('device', 'device-002', 'test-user')
    expect((await hub.connect(OTHER)).connack).toMatchObject({ returnCode: 0 })
  })

  test('is none that takes its leave, is cut by us, or never comes to its CONNECT', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 1 })
    const { client } = await hub.connect(DEVICE)
    client.send({ cmd: 'disconnect' })
    await client.closed
    await hub.event('device.disconnected')
    await hub.connect(DEVICE)
    await hub.sessions.cutClientId('device-001', 'banned')
    await hub.event('device.disconnected', 2)
    const silent = hub.open(DEVICE)
    silent.client.socket.destroy()
    await silent.incoming.closed
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
  })

  for (const address of ['127.0.0.1', '::1']) {
    test(`is none from ${address}, nor refused there`, async () => {
      await using hub = await openBrokerScene({ flappingConnects: 2 })
      await lose(hub, DEVICE, 3, address)
      expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
      await lose(hub, OTHER, 2)
      expect((await hub.connect(OTHER, {}, address)).connack).toMatchObject({ returnCode: 0 })
    })
  }

  test('is none that may use any client id', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 2 })
    await lose(hub, GATEWAY, 3)
    expect((await hub.connect(GATEWAY)).connack).toMatchObject({ returnCode: 0 })
  })

  test('says its last will, and no other while it is banned', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 2 })
    const backend = await hub.connect(BACKEND)
    backend.client.send(subscribe('#'))
    await backend.client.next('suback')
    const willTo = (name: string) =>
      ({ topic: `${OWN}/${name}`, payload: Buffer.from('x'), qos: 0, retain: false }) as const
    const still = await hub.connect(DEVICE, { clientId: 'device-001:still', will: willTo('forbidden') })
    for (const name of ['first', 'last']) {
      const { client, incoming } = await hub.connect(DEVICE, { will: willTo(name) })
      client.socket.destroy()
      await incoming.closed
      expect(await backend.client.next('publish')).toMatchObject({ topic: `${OWN}/${name}` })
    }
    still.client.socket.destroy()
    await still.incoming.closed
    await taken(backend.client, 'end')
    expect(await backend.client.next('publish')).toMatchObject({ topic: 'end' })
  })
})

/** Connects and vanishes, so many times. */
async function lose(hub: Scene, party: Party, times: number, address?: string): Promise<void> {
  for (let time = 0; time < times; time++) {
    const { client, incoming, connack } = await hub.connect(party, {}, address)
    expect(connack).toMatchObject({ returnCode: 0 })
    client.socket.destroy()
    await incoming.closed
  }
}

type Scene = Awaited<ReturnType<typeof openBrokerScene>>

test('a handshake that ends while the broker is closing leads nowhere', async () => {
  const hub = await openBrokerScene()
  const closing = hub[Symbol.asyncDispose]()
  const late = hub.open(DEVICE)
  await Promise.all([closing, late.incoming.closed])
  expect([late.incoming.resets, hub.sessions.size]).toEqual([1, 0])
})

function fail(message: string): never {
  throw new Error(message)
}
