import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect as connectTcp, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import { generate } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { createToken } from '../support/login.ts'
import { connectPacket } from '../support/raw-client.ts'
import { closing } from '../support/socket-closing.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

const PROXY = '127.0.0.2'
const CLIENT = '192.0.2.7'
const HEADER = `PROXY TCP4 ${CLIENT} 192.0.2.1 4711 8883\r\n`

describe('behind a proxy that speaks the PROXY protocol', () => {
  for (const single of [false, true]) {
    const port = single ? 'on one port' : 'on ports of their own'
    test(`${port}, a device has the address it comes from, header and ClientHello in one segment`, async () => {
      await using hub = await startProxiedHub(single ? { listen: { single: 0 } } : {})
      const connected = new Promise<{ address: string }>((resolve) =>
        hub.hub.events.subscribe('device.connected', resolve),
      )
      const device = await shakeHands(hub, hub.hub.mqttPort, await hub.enrol('device-001'))
      device.write(generate(connectPacket({ clientId: 'device-001' })))
      expect((await connected).address).toBe(CLIENT)
      device.destroy()
    })

    test(`${port}, a caller of the API is refused by the address it comes from`, async () => {
      await using hub = await startProxiedHub(single ? { listen: { single: 0 } } : {})
      const caller = await shakeHands(hub, hub.hub.apiPort)
      caller.write('GET /api/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      expect(await text(caller)).toMatch(/^HTTP\/1\.1 401 /)
      expect(await hub.refusals()).toMatchObject([{ surface: 'https', cause: 'token_missing', address: CLIENT }])
    })

    test(`${port}, plain HTTP from afar is not loopback because its proxy is`, async () => {
      await using hub = await startProxiedHub(single ? { listen: { single: 0 } } : {})
      const socket = openFromProxy(hub.hub.apiPort)
      socket.write(`${HEADER}GET /api/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 307 /)
    })
  }

  test('an old device without TLS is let in by its own address', async () => {
    const plain = { host: '127.0.0.1', port: 0, allow: ['192.0.2.0/24'] }
    await using hub = await startProxiedHub({ mqtt: { plain } })
    await hub.api('POST', '/api/devices', { body: { deviceId: 'pump' } })
    const { username, password } = await createToken(hub, 'devices/pump')
    const socket = openFromProxy(hub.hub.plainMqttPort ?? 0)
    socket.write(HEADER)
    socket.write(generate(connectPacket({ clientId: 'pump', username, password: Buffer.from(password) })))
    const [connack] = await once(socket, 'data')
    // MQTT 3.1.1 §3.2: accepted
    expect(connack).toEqual(Buffer.from([0x20, 2, 0, 0]))
    socket.destroy()
  })

  test('the limits count the clients, not the proxy', async () => {
    await using hub = await startProxiedHub({ limits: { half_open_per_address: 1 } })
    const first = await shakeHands(hub, hub.hub.mqttPort)
    const other = await shakeHands(hub, hub.hub.mqttPort, {}, HEADER.replace(CLIENT, '192.0.2.8'))
    const second = openFromProxy(hub.hub.mqttPort)
    second.write(HEADER)
    await closing(second)
    expect(await hub.refusals()).toMatchObject([{ cause: 'address_over_limit', address: CLIENT }])
    first.destroy()
    other.destroy()
  })

  test('a proxy without a header, and a header without a proxy, are refused and told apart', async () => {
    await using hub = await startProxiedHub()
    for (const port of [hub.hub.mqttPort, hub.hub.apiPort]) {
      const silent = openFromProxy(port)
      silent.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await closing(silent)
      const stranger = openFrom('127.0.0.1', port)
      stranger.write(HEADER)
      await closing(stranger)
    }
    const missing = { cause: 'proxy_header_missing', address: PROXY }
    const unexpected = { cause: 'proxy_header_unexpected', address: '127.0.0.1' }
    expect(await hub.refusals()).toMatchObject([
      { ...unexpected, surface: 'https' },
      { ...missing, surface: 'https' },
      { ...unexpected, surface: 'mqtts' },
      { ...missing, surface: 'mqtts' },
    ])
  })

  test('X-Forwarded-For is believed where the connection is a proxy’s own, and from nobody else', async () => {
    await using hub = await startProxiedHub()
    const call =
      'GET /api/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: 10.0.0.1, 198.51.100.9\r\n\r\n'
    for (const header of [HEADER.replace(CLIENT, PROXY), HEADER]) {
      const caller = await shakeHands(hub, hub.hub.apiPort, {}, header)
      caller.write(call)
      await text(caller)
    }
    const addresses = (await hub.refusals()).map(({ address }) => address)
    expect(addresses).toEqual([CLIENT, '198.51.100.9'])
  })
})

describe('api.allow', () => {
  test('keeps everything of the API from others, and tells; the local socket stays', async () => {
    await using hub = await startTestHub({ settings: { api: { allow: ['10.0.0.0/8'] } } })
    const socket = openFrom('127.0.0.1', hub.hub.apiPort)
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await closing(socket)
    const options = { socketPath: `${hub.dataDir}/hub.sock`, path: '/api/diagnostics/refusals' }
    const [incoming] = await once(httpRequest({ ...options, headers: { host: 'localhost' } }).end(), 'response')
    expect(JSON.parse(await text(incoming)).items).toMatchObject([
      { surface: 'https', cause: 'address_not_allowed', address: '127.0.0.1', expected: '10.0.0.0/8' },
    ])
    expect(hub.log.text).toContain('api.allow keeps out programs on this machine too')
  })

  test('goes by the address of the connection, which a proxy tells; X-Forwarded-For neither opens nor closes it', async () => {
    await using hub = await startProxiedHub({ api: { allow: ['127.0.0.0/8', '::1', PROXY] } })
    const call = (forwardedFor: string): string =>
      `GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: ${forwardedFor}\r\n\r\n`
    const throughWebProxy = await shakeHands(hub, hub.hub.apiPort, {}, HEADER.replace(CLIENT, PROXY))
    throughWebProxy.write(call('198.51.100.9'))
    expect(await text(throughWebProxy)).toMatch(/^HTTP\/1\.1 200 /)

    const stranger = openFrom(PROXY, hub.hub.apiPort)
    stranger.write(HEADER + call('127.0.0.1'))
    await closing(stranger)
    expect(await hub.refusals()).toMatchObject([{ cause: 'address_not_allowed', address: CLIENT }])
  })

  test('says nothing where this machine may come', async () => {
    await using hub = await startTestHub({ settings: { api: { allow: ['127.0.0.0/8', '::1'] } } })
    expect((await hub.api('GET', '/livez')).status).toBe(200)
    expect(hub.log.text).not.toContain('api.allow')
  })
})

function startProxiedHub(settings: NonNullable<ConfigInput> = {}): Promise<TestHub> {
  return startTestHub({ settings: { server: { proxy_protocol_from: [PROXY] }, ...settings } })
}

function openFrom(localAddress: string, port: number): Socket {
  return connectTcp({ host: '127.0.0.1', port, localAddress })
    .on('error', () => undefined)
    .resume()
}

function openFromProxy(port: number): Socket {
  return openFrom(PROXY, port).setNoDelay()
}

/** However it ended. */
/** TLS behind a header. */
async function shakeHands(
  hub: TestHub,
  port: number,
  credentials: Partial<Credentials> = {},
  header = HEADER,
): Promise<TLSSocket> {
  const socket = connectTcp({ host: '127.0.0.1', port, localAddress: PROXY })
  // Written before the connection stands, it goes out with what TLS says first.
  socket.cork()
  socket.write(header)
  const secure = connect({ socket, servername: 'localhost', ca: hub.ca, cert: credentials.cert, key: credentials.key })
  socket.uncork()
  await once(secure, 'secureConnect')
  secure.on('error', () => undefined)
  return secure
}
