import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { generate, type IConnectPacket, type Packet } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { type Credentials, type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'
import { openWebSocket, type WebSocketClient } from '../support/web-socket-client.ts'

const OWN = 'users/default/devices/device-001'

describe('MQTT.js over wss', () => {
  test('publishes, subscribes and is given what is retained, at every QoS', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const overTls = await hub.connect(await hub.enrolService('backend', ['#']), { clientId: 'backend' })
    const client = await hub.connect(device, overWss(hub))
    expect(client.options.protocol).toBe('wss')
    for (const qos of [0, 1, 2] as const) {
      await client.subscribeAsync(`${OWN}/to/${qos}`, { qos })
      await overTls.subscribeAsync(`${OWN}/from/${qos}`, { qos })
      const arrived = [nextMessage(client), nextMessage(overTls)]
      await Promise.all([
        overTls.publishAsync(`${OWN}/to/${qos}`, `to ${qos}`, { qos }),
        client.publishAsync(`${OWN}/from/${qos}`, `from ${qos}`, { qos }),
      ])
      expect(await Promise.all(arrived)).toEqual([
        { topic: `${OWN}/to/${qos}`, payload: `to ${qos}` },
        { topic: `${OWN}/from/${qos}`, payload: `from ${qos}` },
      ])
    }
    await overTls.publishAsync(`${OWN}/state`, 'kept', { qos: 1, retain: true })
    const retained = nextMessage(client)
    await client.subscribeAsync(`${OWN}/state`)
    expect(await retained).toEqual({ topic: `${OWN}/state`, payload: 'kept' })
    expect(await hub.refusals()).toEqual([])
  })

  test('has its session kept, and shared with MQTTS', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['#']))
    const first = await hub.connect(device, { ...overWss(hub), clientId: 'device-001', clean: false })
    await first.subscribeAsync(`${OWN}/to`, { qos: 1 })
    await first.endAsync()
    await backend.publishAsync(`${OWN}/to`, 'while away', { qos: 1 })

    using second = await openRawClient(hub, device)
    second.send(connectPacket({ clientId: 'device-001', clean: false }))
    expect(await second.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: true })
    expect(await second.next('publish')).toMatchObject({ topic: `${OWN}/to`, qos: 1 })
    // Not acknowledged: it is sent again to whoever comes next, over WebSocket this time.
    using third = await connected(hub, device, { clean: false })
    await second.closed
    expect(await third.next('publish')).toMatchObject({ topic: `${OWN}/to`, qos: 1, dup: true })
  })
})

describe('a device over WebSocket', () => {
  test('that speaks MQTT 3.1 names its sub-protocol so', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using client = await openWebSocket(hub, device, { subProtocols: ['mqttv3.1'] })
    expect(client.socket.protocol).toBe('mqttv3.1')
    client.send(connectPacket({ clientId: 'device-001', protocolId: 'MQIsdp', protocolVersion: 3 }))
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  })

  test('is given "mqtt" where it offers several', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using client = await openWebSocket(hub, device, { subProtocols: ['mqttv5', 'mqttv3.1', 'mqtt'] })
    expect(client.socket.protocol).toBe('mqtt')
  })

  // [MQTT-6.0.0-2]
  test('may cut its packets over frames, and put many into one', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using client = await openWebSocket(hub, device)
    const bytes = generate(connectPacket({ clientId: 'device-001' }))
    for (const byte of bytes) client.send(Buffer.from([byte]))
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
    const many = [1, 2, 3].map((messageId) =>
      generate({ cmd: 'publish', topic: `${OWN}/a`, payload: 'x', qos: 1, messageId, dup: false, retain: false }),
    )
    client.send(Buffer.concat([...many, generate({ cmd: 'pingreq' })]))
    await client.next('pingresp')
    await frameWith(client, ({ messageId }) => messageId === 3)
    // One message of WebSocket may come in fragments as well (RFC 6455 §5.4), and empty.
    client.socket.send(Buffer.from([0xc0]), { fin: false })
    client.socket.ping()
    client.socket.send(Buffer.from([0x00]), { fin: true })
    client.send(Buffer.alloc(0))
    await frameWith(client, () => client.frames.flat().filter(({ cmd }) => cmd === 'pingresp').length === 2)
    expect(await hub.refusals()).toEqual([])
  })

  test('need not wait for CONNACK', async () => {
    await using hub = await startTestHub()
    using client = await openWebSocket(hub, await hub.enrol('device-001'))
    const publish = {
      cmd: 'publish',
      topic: `${OWN}/a`,
      payload: Buffer.alloc(40_000),
      dup: false,
      retain: false,
    } as const
    const packets: Packet[] = [connectPacket({ clientId: 'device-001' }), { ...publish, qos: 1, messageId: 1 }]
    client.send(Buffer.concat(packets.map((packet) => generate(packet))))
    expect(await client.next('puback')).toMatchObject({ messageId: 1 })
  })

  test('need not wait for CONNACK with its second frame either', async () => {
    await using hub = await startTestHub()
    using client = await openWebSocket(hub, await hub.enrol('device-001'))
    const subscriptions = [{ topic: `${OWN}/#`, qos: 1 as const }]
    client.send(connectPacket({ clientId: 'device-001' }), { cmd: 'subscribe', messageId: 1, subscriptions })
    expect(await client.next('suback')).toMatchObject({ granted: [1] })
    expect(client.frames.flat().map(({ cmd }) => cmd)).toEqual(['connack', 'suback'])
  })

  // Trap 14
  test('is answered in one frame a turn', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using client = await connected(hub, device)
    expect(client.frames.map((packets) => packets.map(({ cmd }) => cmd))).toEqual([['connack']])
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 0 }] })
    await client.next('suback')
    const before = client.frames.length
    const publish = { cmd: 'publish', topic: `${OWN}/a`, payload: 'x', qos: 0, dup: false, retain: false } as const
    client.send(Buffer.concat(Array.from({ length: 200 }, () => generate(publish))))
    await frameWith(client, () => client.frames.flat().filter(({ cmd }) => cmd === 'publish').length === 200)
    // All that one read brought goes out at once; the hub reads it in few.
    expect(client.frames.length - before).toBeLessThanOrEqual(10)
  })

  test('answers pings, and says goodbye as RFC 6455 asks', async () => {
    await using hub = await startTestHub()
    using client = await connected(hub, await hub.enrol('device-001'))
    client.socket.ping('x')
    const [data] = await once(client.socket, 'pong')
    expect(String(data)).toBe('x')
    client.socket.close(1000)
    expect(await client.closed).toBe(1000)
  })

  test('whose connection ends without DISCONNECT has its will said', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['#']))
    await backend.subscribeAsync(`${OWN}/will`)
    const will = { topic: `${OWN}/will`, payload: Buffer.from('gone'), qos: 0, retain: false } as const
    using client = await connected(hub, device, { will })
    const said = nextMessage(backend)
    client.socket.terminate()
    expect(await said).toEqual({ topic: `${OWN}/will`, payload: 'gone' })
  })
})

describe('refused over WebSocket as over MQTTS', () => {
  test.each([
    { name: 'no certificate', arrange: () => ({}), returnCode: 5, cause: 'certificate_missing' },
    {
      name: 'a revoked certificate',
      arrange: async (hub: TestHub, device: Enrolled) => {
        await hub.api('DELETE', '/api/devices/certificates/device-001')
        return device
      },
      returnCode: 5,
      cause: 'certificate_revoked',
    },
    {
      name: "another's client id",
      arrange: (_hub: TestHub, device: Enrolled) => device,
      connect: { clientId: 'device-002' },
      returnCode: 2,
      cause: 'client_id_wrong',
    },
    {
      name: 'MQTT 5',
      arrange: (_hub: TestHub, device: Enrolled) => device,
      connect: { protocolVersion: 5 as const },
      returnCode: undefined,
      cause: 'protocol_version_unsupported',
    },
  ])('$name', async ({ arrange, connect, returnCode, cause }) => {
    await using hub = await startTestHub()
    const credentials: Partial<Credentials> = await arrange(hub, await hub.enrol('device-001'))
    using client = await openWebSocket(hub, credentials)
    client.send(connectPacket({ clientId: 'device-001', ...connect }))
    const connack = await client.next('connack')
    if (returnCode !== undefined) expect(connack).toMatchObject({ returnCode, sessionPresent: false })
    expect(await client.closed).toBe(1000)
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause, count: 1 }])
  })
})

describe('a revocation', () => {
  test('cuts the live session before it answers', async () => {
    await using hub = await startTestHub()
    using client = await connected(hub, await hub.enrol('device-001'))
    using silent = await openWebSocket(hub, await hub.enrol('device-001', { onExisting: 'rotate' }))
    const gone: string[] = []
    using _ = hub.hub.events.subscribe('device.disconnected', ({ reason }) => gone.push(reason))
    expect((await hub.api('DELETE', '/api/devices/certificates/device-001')).status).toBe(200)
    expect(gone).toEqual([expect.stringMatching(/revoked/)])
    // Cut, not asked to go: without a close frame, one that has not said CONNECT yet as well.
    expect(await Promise.all([client.closed, silent.closed])).toEqual([1006, 1006])
  })

  test('cuts one that does not read, with what it has not read', async () => {
    await using hub = await startTestHub()
    const service = await hub.enrolService('frozen', ['#'])
    using frozen = await connected(hub, service, { clientId: 'frozen' })
    frozen.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 0 }] })
    await frozen.next('suback')
    frozen.socket.pause()
    const publisher = await hub.connect(await hub.enrolService('publisher', ['#']))
    for (let index = 0; index < 50; index++) await publisher.publishAsync('flood', Buffer.alloc(100_000), { qos: 1 })
    expect((await hub.api('DELETE', '/api/services/frozen')).status).toBe(204)
    frozen.socket.resume()
    expect(await frozen.closed).toBe(1006)
  })
})

describe('the Origin of a web page', () => {
  test('is the hub itself, or configured, or none at all', async () => {
    await using hub = await startTestHub({
      settings: { mqtt: { allowed_origins: ['https://app.example.com'] }, public_host: 'hub.example.com' },
    })
    const device = await hub.enrol('device-001')
    const { apiPort } = hub.hub
    for (const origin of [
      undefined,
      `https://localhost:${apiPort}`,
      `https://127.0.0.1:${apiPort}`,
      `https://[::1]:${apiPort}`,
      `https://hub.example.com:${apiPort}`,
      'https://app.example.com',
    ]) {
      using client = await openWebSocket(hub, device, origin === undefined ? {} : { origin })
      client.send(connectPacket({ clientId: 'device-001' }))
      expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
    }
    expect(await hub.refusals()).toEqual([])
  })

  test('is nobody else', async () => {
    await using hub = await startTestHub({ settings: { mqtt: { allowed_origins: ['https://app.example.com'] } } })
    const device = await hub.enrol('device-001')
    const { apiPort } = hub.hub
    const foreign = [
      'https://evil.example',
      'https://localhost',
      `http://localhost:${apiPort}`,
      `https://localhost.evil.example:${apiPort}`,
      'https://app.example.com:444',
      'http://app.example.com',
      'null',
      'nonsense',
    ]
    for (const origin of foreign) await expect(openWebSocket(hub, device, { origin })).rejects.toThrow('403')
    expect(await hub.refusals()).toMatchObject([
      { surface: 'wss', cause: 'origin_not_allowed', count: foreign.length, presented: { origin: 'nonsense' } },
    ])
  })
})

describe('what breaks the rules', () => {
  // [MQTT-6.0.0-1]
  test.each(['before CONNECT', 'after CONNECT'])('a text frame %s', async (when) => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using client = when === 'before CONNECT' ? await openWebSocket(hub, device) : await connected(hub, device)
    client.socket.send('hello')
    expect(await client.closed).toBe(1003)
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'websocket_invalid' }])
  })

  test('a frame that is not masked', async () => {
    await using hub = await startTestHub()
    using client = await connected(hub, await hub.enrol('device-001'))
    client.socket.send(Buffer.from([0xc0, 0]), { mask: false })
    expect(await client.closed).toBe(1002)
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'websocket_invalid' }])
  })

  test('a packet larger than limits.packet_bytes, at its header', async () => {
    await using hub = await startTestHub({ settings: { limits: { packet_bytes: 4096 } } })
    using client = await connected(hub, await hub.enrol('device-001'))
    const payloadOf = (bytes: number): Buffer => Buffer.alloc(bytes - 7 - `${OWN}/t`.length)
    const publish = { cmd: 'publish', topic: `${OWN}/t`, qos: 1, dup: false, retain: false } as const
    client.send({ ...publish, payload: payloadOf(4096), messageId: 1 })
    expect(await client.next('puback')).toMatchObject({ messageId: 1 })
    client.send(generate({ ...publish, payload: payloadOf(4097), messageId: 2 }).subarray(0, 100))
    await client.closed
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'packet_too_large' }])
  })

  test('a message of WebSocket larger than any four packets', async () => {
    await using hub = await startTestHub({ settings: { limits: { packet_bytes: '16KiB' } } })
    using client = await connected(hub, await hub.enrol('device-001'))
    const pings = (bytes: number): Buffer => Buffer.alloc(bytes, Buffer.from([0xc0, 0]))
    client.send(pings(65_536))
    await client.next('pingresp')
    client.send(pings(65_538))
    expect(await client.closed).toBe(1009)
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'packet_too_large' }])
  })

  test('a CONNECT larger than limits.connect_bytes', async () => {
    await using hub = await startTestHub({ settings: { limits: { connect_bytes: 1024 } } })
    using client = await openWebSocket(hub, await hub.enrol('device-001'))
    client.send(Buffer.from([0x10, 0xff, 0x7f]))
    await client.closed
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'connect_too_large' }])
  })

  test('a stranger that fills a frame and never ends it', async () => {
    await using hub = await startTestHub()
    using client = await openWebSocket(hub, {})
    // The frame says a megabyte; what the hub takes of it is less than a tenth.
    client.socket.send(Buffer.alloc(1_000_000))
    expect(await client.closed).toBe(1009)
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'certificate_missing' }])
  })

  test('what is no CONNECT', async () => {
    await using hub = await startTestHub()
    using client = await openWebSocket(hub, await hub.enrol('device-001'))
    client.send({ cmd: 'pingreq' })
    await client.closed
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'connect_invalid' }])
  })

  test('silence past limits.connect_seconds', async () => {
    await using hub = await startTestHub({ settings: { limits: { connect_seconds: 1 } } })
    using client = await openWebSocket(hub, await hub.enrol('device-001'))
    await client.closed
    expect(await hub.refusals()).toMatchObject([{ surface: 'wss', cause: 'connect_timeout' }])
  })
})

test('one that has not said CONNECT is half-open, one that has is not', async () => {
  await using hub = await startTestHub({ settings: { limits: { half_open_per_address: 2 } } })
  const device = await hub.enrol('device-001')
  for (const suffix of ['a', 'b', 'c']) await connected(hub, device, { clientId: `device-001:${suffix}` })
  const silent = [await openWebSocket(hub, device), await openWebSocket(hub, device)]
  await expect(openWebSocket(hub, device)).rejects.toThrow()
  expect(hub.log.lines).toContainEqual(expect.objectContaining({ msg: 'Refused', cause: 'address_over_limit' }))
  for (const client of silent) {
    client.send(connectPacket({ clientId: '' }))
    await client.next('connack')
  }
  expect((await hub.api('GET', '/livez')).status).toBe(200)
})

test('a client that stops reading costs the others nothing, and gets all of QoS 1 when it reads again', async () => {
  const messages = 300
  await using hub = await startTestHub()
  const service = await hub.enrolService('everything', ['#'])
  using frozen = await connected(hub, await hub.enrolService('frozen', ['#']), { clientId: 'frozen', clean: false })
  frozen.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 1 }] })
  await frozen.next('suback')
  frozen.socket.pause()
  const other = await hub.connect(service, overWss(hub))
  await other.subscribeAsync('other', { qos: 1 })
  for (let index = 0; index < messages; index++) {
    await other.publishAsync('flood', Buffer.concat([Buffer.from(`${index} `), Buffer.alloc(60_000)]), { qos: 1 })
    if (index % 100 > 0) continue
    const arrived = nextMessage(other)
    await other.publishAsync('other', `${index}`, { qos: 1 })
    expect(await arrived).toEqual({ topic: 'other', payload: `${index}` })
  }
  const numbers: number[] = []
  const all = new Promise<void>((resolve) =>
    frozen.socket.on('frame', () => {
      for (const packet of frozen.frames.at(-1) ?? []) {
        if (packet.cmd !== 'publish') continue
        numbers.push(Number.parseInt(packet.payload.toString(), 10))
        frozen.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
      }
      if (numbers.length === messages) resolve()
    }),
  )
  frozen.socket.resume()
  await all
  expect(numbers).toEqual(Array.from({ length: messages }, (_, index) => index))
})

describe('what is given no WebSocket', () => {
  test.each([
    { name: 'a path that is another', options: { path: '/other' }, status: 404 },
    { name: 'a path below', options: { path: '/mqtt/x' }, status: 404 },
    { name: 'a sub-protocol that is another', options: { subProtocols: ['amqp'] }, status: 400 },
    { name: 'no sub-protocol', options: { subProtocols: [] }, status: 400 },
  ])('$name: $status', async ({ options, status }) => {
    await using hub = await startTestHub()
    await expect(openWebSocket(hub, await hub.enrol('device-001'), options)).rejects.toThrow(`${status}`)
    const causes = (await hub.refusals()).map(({ surface, cause }) => ({ surface, cause }))
    expect(causes).toEqual(status === 400 ? [{ surface: 'wss', cause: 'sub_protocol_missing' }] : [])
  })

  test('whoever comes without TLS', async () => {
    await using hub = await startTestHub()
    const socket = new WebSocket(`ws://localhost:${hub.hub.apiPort}/mqtt`, ['mqtt'])
    const [error] = await once(socket, 'error')
    expect(String(error)).toContain('307')
  })

  test('a GET that asks for none, a key that is none, another version, another method', async () => {
    await using hub = await startTestHub()
    const upgrade = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'mqtt',
    }
    const answer = await ask(hub, 'GET', {})
    expect(answer).toMatchObject({
      status: 426,
      headers: { upgrade: 'websocket', 'sec-websocket-version': '13', 'content-type': 'application/problem+json' },
    })
    expect(answer.problem).toMatchObject({ code: 'upgrade_required', status: 426 })
    for (const { method = 'GET', headers, status } of [
      { headers: { 'sec-websocket-key': 'short' }, status: 400 },
      { headers: { 'sec-websocket-protocol': 'mqtt, mqtt' }, status: 400 },
      { headers: { 'sec-websocket-version': '8', 'sec-websocket-origin': 'https://evil.example' }, status: 426 },
      { headers: { upgrade: 'h2c' }, status: 426 },
      { method: 'POST', headers: {}, status: 405 },
    ]) {
      expect(await ask(hub, method, { ...upgrade, ...headers }), JSON.stringify(headers)).toMatchObject({ status })
    }
    expect((await hub.api('GET', '/livez', { headers: upgrade })).status).toBe(200)
  })
})

test('a hub that stops closes WebSockets with all else', async () => {
  const hub = await startTestHub()
  using client = await connected(hub, await hub.enrol('device-001'))
  using silent = await openWebSocket(hub, {})
  await hub[Symbol.asyncDispose]()
  expect(await Promise.all([client.closed, silent.closed])).toEqual([1000, 1000])
})

function overWss({ hub }: TestHub) {
  return { protocol: 'wss', port: hub.apiPort, path: '/mqtt', clientId: '' } as const
}

async function connected(
  hub: TestHub,
  credentials: Credentials,
  packet: Partial<IConnectPacket> = {},
): Promise<WebSocketClient> {
  const client = await openWebSocket(hub, credentials)
  client.send(connectPacket({ clientId: 'device-001', ...packet }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

/** Resolves once a packet of some frame is what was waited for. */
async function frameWith(client: WebSocketClient, isWanted: (packet: Packet) => boolean): Promise<void> {
  while (!client.frames.flat().some(isWanted)) await once(client.socket, 'frame')
}

async function ask({ hub, ca }: TestHub, method: string, headers: Readonly<Record<string, string>>) {
  const options = { host: 'localhost', port: hub.apiPort, ca, method, path: '/mqtt', headers, agent: false } as const
  const request = httpsRequest(options).end()
  const [response] = await once(request, 'response')
  return { status: response.statusCode, headers: response.headers, problem: JSON.parse(await text(response)) }
}
