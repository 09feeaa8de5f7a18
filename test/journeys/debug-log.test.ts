import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { startHub } from '../../src/app.ts'
import { run } from '../cli/terminal.ts'
import { closing } from '../support/socket-closing.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

const PLAIN_CONNECT = '\x10\x0c\0\x04MQTT\x04\x02\0<\0\0'

test('at the level debug each handshake, connection and refusal is a line, and no line holds a secret', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const { token } = (await hub.api('POST', '/api/devices/pump/tokens')).json()
  const client = await hub.connect(pump, { clientId: 'pump', username: 'pump', password: token })
  await client.endAsync()
  await hub.api('DELETE', '/api/devices/certificates/pump')
  for (const _ of [1, 2]) await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow()
  await closing(connect(hub.hub.mqttPort, '127.0.0.1').end(PLAIN_CONNECT))

  const said = (msg: string) => hub.log.lines.filter((line) => line['msg'] === msg)
  expect(said('Handshake finished').filter(({ surface }) => surface === 'mqtts')[0]).toMatchObject({
    level: 'debug',
    component: 'edge',
    address: expect.stringMatching(/^127\.0\.0\.1$|^::1$/),
    protocol: 'TLSv1.3',
    cipher: expect.stringMatching(/^TLS_/),
    alpn: null,
    serverName: 'localhost',
    resumed: false,
    subject: 'CN=pump',
    fingerprint: pump.fingerprint,
    verdict: 'trusted',
  })
  const told = { component: 'broker', level: 'info', deviceId: 'pump', userId: 'default', clientId: 'pump' }
  expect(said('Client connected')).toMatchObject([{ ...told, fingerprint: pump.fingerprint, surface: 'mqtts' }])
  expect(said('Client disconnected')).toMatchObject([{ ...told, reason: 'normal' }])
  expect(said('Handshake failed')).toMatchObject([
    { level: 'debug', component: 'edge', surface: 'mqtts', cause: 'tls_missing', serverName: null },
  ])
  expect(said('Refused').map(({ cause }) => cause)).toEqual(['certificate_revoked', 'tls_missing'])
  expect(said('Refused again')).toMatchObject([{ component: 'refusals', cause: 'certificate_revoked', count: 2 }])
  expect(hub.log.lines.filter(({ component }) => component === undefined)).toEqual([])
  const secrets = [token, hub.adminToken, ...[pump.key, hub.caKey].map((pem) => pem.split('\n')[1])]
  for (const secret of secrets) expect(hub.log.text).not.toContain(secret)
})

test('signet start -d prints them on a terminal, readable', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const { code, stdout } = await run({
    argv: ['start', '-d', '--api-port', '0', '--mqtt-port', '0'],
    cwd: folder.path,
    isTTY: true,
    signals,
    async startHub(config, overrides) {
      const hub = await startHub(config, overrides)
      await closing(connect(hub.mqttPort, '127.0.0.1').end(PLAIN_CONNECT))
      const ca = readFileSync(`${folder.path}/certs/ca-cert.pem`, 'utf8')
      await closing(connectTls({ port: hub.apiPort, host: 'localhost', ca }).end('GET /livez HTTP/1.0\r\n\r\n'))
      setImmediate(() => signals.emit('SIGTERM'))
      return hub
    },
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/DEBUG: edge: Handshake finished .*"surface":"https".*"protocol":"TLSv1\.3"/)
  expect(stdout).toMatch(/WARN: refusals: Refused .*"cause":"tls_missing"/)
})
