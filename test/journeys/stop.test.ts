import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { linkProgram, runSignet, startHubProcess } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends a hub whose peers hang on, in every state of a connection, with exit code 0',
  async (signal) => {
    await using folder = await temporaryFolder()
    await linkProgram(folder.path)
    // No deadline of a connection ends it while the test waits.
    const deadlines = { SIGNET_LIMITS__HANDSHAKE_SECONDS: '3600', SIGNET_LIMITS__CONNECT_SECONDS: '3600' }
    await using hub = await startHubProcess(folder.path, deadlines)
    await runSignet(folder.path, 'device add device-001')
    const read = (path: string): Buffer => readFileSync(join(folder.path, path))
    const ca = read('certs/ca-cert.pem')
    const device = { cert: read('certs/devices/device-001-cert.pem'), key: read('certs/devices/device-001-key.pem') }

    const silent = connectTcp({ port: hub.mqttPort, host: '127.0.0.1' })
    const halfOpen = connectTcp({ port: hub.mqttPort, host: '127.0.0.1' })
    halfOpen.write(Buffer.from([0x16]))
    const unsniffed = connectTcp({ port: hub.apiPort, host: '127.0.0.1' })
    const beforeConnect = connectTls({ port: hub.mqttPort, host: 'localhost', ca, ...device })
    const connected = connectTls({ port: hub.mqttPort, host: 'localhost', ca, ...device })
    connected.write(connectBytes('device-001'))
    const upgraded = connectTls({ port: hub.apiPort, host: 'localhost', ca, ...device })
    upgraded.write(WEBSOCKET_REQUEST)
    const sockets: readonly Socket[] = [silent, halfOpen, unsniffed, beforeConnect, connected, upgraded]
    const closed = sockets.map((socket) => {
      socket.on('error', () => undefined)
      socket.resume()
      return new Promise<void>((resolve) => socket.once('close', () => resolve()))
    })
    await Promise.all([
      once(silent, 'connect'),
      once(halfOpen, 'connect'),
      once(unsniffed, 'connect'),
      once(beforeConnect, 'secureConnect'),
      once(connected, 'secureConnect'),
      once(upgraded, 'data').then(([answer]) => expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /)),
    ])
    const agent = new Agent({ keepAlive: true, ca })
    const idle = request({ agent, host: 'localhost', port: hub.apiPort, path: '/livez' })
    idle.end()
    const [answer] = await once(idle, 'response')
    answer.resume()

    const ended = await hub.program.stop(signal)

    expect(ended.code).toBe(0)
    await Promise.all(closed)
    agent.destroy()
    expect(existsSync(join(folder.path, 'data/hub.sock'))).toBe(false)
    expect(existsSync(join(folder.path, 'data/hub.pid'))).toBe(false)
  },
)

const WEBSOCKET_REQUEST = [
  'GET /mqtt HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: mqtt',
  '\r\n',
].join('\r\n')

function connectBytes(clientId: string): Buffer {
  const id = Buffer.from(clientId)
  const body = Buffer.concat([Buffer.from([0, 4]), Buffer.from('MQTT'), Buffer.from([4, 2, 0, 60, 0, id.length]), id])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}
