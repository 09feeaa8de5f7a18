import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterEach, expect, test, vi } from 'vitest'
import { startTestHub } from './support/test-hub.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('the key algorithm and the names of the configuration are those of the CA and the server certificate', async () => {
  const settings = {
    ca: { key_algorithm: 'rsa-2048' },
    public_host: 'hub.example.com',
    tls: { server_names: ['10.0.0.7'] },
  } as const
  await using hub = await startTestHub({ settings })
  expect(new X509Certificate(hub.ca).publicKey.asymmetricKeyType).toBe('rsa')
  const server = new X509Certificate(readFileSync(join(hub.certsDir, 'server-cert.pem')))
  for (const name of ['hub.example.com', 'localhost']) expect(server.checkHost(name)).toBe(name)
  for (const address of ['10.0.0.7', '127.0.0.1', '::1']) expect(server.checkIP(address)).toBe(address)
  const issued = await hub.api('POST', '/api/devices/certificates/device-001')
  expect(issued.json()).toMatchObject({ brokerUrl: 'hub.example.com', mqttSecurePort: hub.hub.mqttPort })
})

test('a rotation with an overlap ends the older certificate when its time has come, and cuts who still uses it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await using hub = await startTestHub()
  const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001', keepalive: 0 })
  const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
  await hub.api('POST', '/api/devices/certificates/device-001', { body: { overlapHours: 1 } })

  vi.advanceTimersByTime(60_000)
  expect(device.connected).toBe(true)
  hub.clock.advance(3_600_000)
  vi.advanceTimersByTime(60_000)

  await closed
  const history = (await hub.api('GET', '/api/devices/certificates/device-001?include=detail')).json()
  expect(history.certificates.map(({ revokedAt }: { revokedAt: string | null }) => revokedAt !== null)).toEqual([
    false,
    true,
  ])
})

test('what fails behind a connection is logged, and the connection kept', async () => {
  await using hub = await startTestHub()
  const credentials = await hub.enrol('device-001')
  const database = new SQLite(join(hub.dataDir, 'hub.db'))
  database.exec("create trigger full before update on certificates begin select raise(abort, 'disk full'); end")
  database.close()

  const device = await hub.connect(credentials, { clientId: 'device-001' })
  await device.publishAsync('users/default/devices/device-001/telemetry', '1', { qos: 1 })

  expect(hub.log.lines).toContainEqual(expect.objectContaining({ level: 'error', msg: 'Background work failed' }))
})

test('EMQX is answered about a certificate of the hub, and about one of a stranger', async () => {
  await using hub = await startTestHub()
  const { cert } = await hub.enrol('device-001', { userId: 'ann' })
  const ask = (pem: string) =>
    hub.api('POST', '/api/devices/certificates/validate', { body: { clientid: 'device-001', cert_pem: pem } })
  expect((await ask(cert)).json()).toMatchObject({ result: 'allow', client_attrs: { user: 'ann' } })
  expect((await ask(readFileSync(join(hub.certsDir, 'server-cert.pem'), 'utf8'))).json()).toEqual({
    result: 'deny',
    is_superuser: false,
  })
})
