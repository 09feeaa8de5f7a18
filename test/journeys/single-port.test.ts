import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { authority } from '../api/api-harness.ts'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { closing } from '../support/socket-closing.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'
import { openWebSocket } from '../support/web-socket-client.ts'

describe('one port for everything', () => {
  test('is the port of MQTT and of the API, and said to be', async () => {
    await using hub = await startSingleHub()
    const { mqttPort, apiPort } = hub.hub
    expect(mqttPort).toBe(apiPort)
    const issued = await hub.api('POST', '/api/devices/certificates/device-001')
    expect(issued.json()).toMatchObject({ mqttSecurePort: apiPort })
    expect(hub.log.lines).toContainEqual(
      expect.objectContaining({
        msg: 'One port and one certificate serve MQTT, HTTPS and WebSockets',
        port: apiPort,
      }),
    )
  })

  test.each([{ names: [] }, { names: ['mqtt'] }, { names: ['x-amzn-mqtt-ca'] }, { names: ['h2', 'mqtt'] }])(
    'carries MQTT for a client that offers $names by ALPN',
    async ({ names }) => {
      await using hub = await startSingleHub()
      const device = await hub.enrol('device-001')
      const client = await hub.connect(device, { clientId: 'device-001', ALPNProtocols: names })
      await client.subscribeAsync('users/default/devices/device-001/#', { qos: 1 })
      const arrived = nextMessage(client)
      await client.publishAsync('users/default/devices/device-001/t', 'x', { qos: 1 })
      expect(await arrived).toEqual({ topic: 'users/default/devices/device-001/t', payload: 'x' })
      expect(await hub.refusals()).toEqual([])
    },
  )

  test('carries MQTT over WebSocket, with the certificate of the device', async () => {
    await using hub = await startSingleHub()
    using client = await openWebSocket(hub, await hub.enrol('device-001'))
    client.send(connectPacket({ clientId: 'device-001' }))
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  })

  test.each([{ names: [] }, { names: ['http/1.1'] }, { names: ['h2', 'http/1.1'] }])(
    'carries HTTPS for a client that offers $names by ALPN',
    async ({ names }) => {
      await using hub = await startSingleHub()
      const socket = connect({ host: 'localhost', port: hub.hub.apiPort, ca: hub.ca, ALPNProtocols: names })
      socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 .*"ok"/s)
    },
  )

  test('refuses a client that offers something else alone', async () => {
    await using hub = await startSingleHub()
    const socket = connect({ host: 'localhost', port: hub.hub.apiPort, ca: hub.ca, ALPNProtocols: ['h2'] })
    await expect(once(socket, 'secureConnect')).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    })
    expect(await hub.refusals()).toMatchObject([{ cause: 'alpn_unknown' }])
  })

  test('carries plain HTTP as the port of the API does', async () => {
    await using hub = await startSingleHub()
    const path = '/api/devices'
    const outgoing = request({ host: '127.0.0.1', port: hub.hub.apiPort, path, headers: { host: 'hub.invalid' } })
    const [incoming] = await once(outgoing.end(), 'response')
    incoming.resume()
    expect(incoming.statusCode).toBe(421)
  })

  test('tells a device without TLS what it lacks', async () => {
    await using hub = await startSingleHub()
    const socket = connectTcp(hub.hub.mqttPort, 'localhost')
    socket.on('error', () => undefined).resume()
    socket.write('\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0', 'latin1')
    await closing(socket)
    expect(await hub.refusals()).toMatchObject([{ surface: 'mqtts', cause: 'tls_missing' }])
  })

  test('asks nobody for a certificate who uses the API, and everybody who speaks MQTT', async () => {
    await using hub = await startSingleHub()
    using stranger = await openRawClient(hub, {})
    stranger.send(connectPacket({ clientId: 'device-001' }))
    expect(await stranger.next('connack')).toMatchObject({ returnCode: 5 })
    expect(await hub.refusals()).toMatchObject([{ surface: 'mqtts', cause: 'certificate_missing' }])
  })

  test('closes who says nothing after the handshake, and tells', async () => {
    await using hub = await startSingleHub({ limits: { connect_seconds: 1 } })
    using silent = await openRawClient(hub, {})
    await silent.closed
    expect(await hub.refusals()).toMatchObject([{ surface: 'mqtts', cause: 'connect_timeout' }])
  })

  test('goes by the names of the certificate that it shows, which is that of mqtt.ssl', async () => {
    await using folder = await temporaryFolder()
    const leaf = await authority.issueServer(['hub.example.org'])
    const place = (name: string): string => join(folder.path, name)
    const [cert_file, key_file, ca_file] = [place('cert.pem'), place('key.pem'), place('ca.pem')]
    await writeFile(cert_file, leaf.certificatePem)
    await writeFile(key_file, leaf.privateKeyPem, { mode: 0o600 })
    await writeFile(ca_file, authority.caCertificatePem)
    await using hub = await startSingleHub({ mqtt: { ssl: { cert_file, key_file, ca_file } } })
    expect(hub.hub.serverNames).toEqual(['hub.example.org'])
    const { apiPort: port } = hub.hub
    const outgoing = request({ host: '127.0.0.1', port, path: '/', headers: { host: 'hub.example.org' } })
    const [incoming] = await once(outgoing.end(), 'response')
    incoming.resume()
    expect(incoming.headers.location).toBe(`https://hub.example.org:${port}/`)
  })

  test('keeps the API from those outside api.allow, and devices from nowhere', async () => {
    await using hub = await startSingleHub({ api: { allow: ['127.0.0.1/32', '::1/128'] } })
    const { mqttPort: port } = hub.hub
    const elsewhere = { host: '127.0.0.1', port, localAddress: '127.0.0.9' }
    using device = await openRawClient(hub, await hub.enrol('device-001'), { localAddress: '127.0.0.9' })
    device.send(connectPacket({ clientId: 'device-001' }))
    expect(await device.next('connack')).toMatchObject({ returnCode: 0 })

    const secure = connect({ ...elsewhere, servername: 'localhost', ca: hub.ca, ALPNProtocols: ['http/1.1'] })
    const plain = connectTcp(elsewhere)
    for (const socket of [secure, plain]) {
      socket.on('error', () => undefined).resume()
      socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await closing(socket)
    }
    const refused = { cause: 'address_not_allowed', address: '127.0.0.9', expected: '127.0.0.1/32, ::1/128' }
    expect(await hub.refusals()).toMatchObject([
      { ...refused, surface: 'http' },
      { ...refused, surface: 'https' },
    ])
  })
})

function startSingleHub(settings: NonNullable<ConfigInput> = {}): Promise<TestHub> {
  return startTestHub({ settings: { listen: { single: 0 }, ...settings } })
}

/** However it ended. */
