import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { readShown } from '../support/shown-certificate.ts'
import { startTestHub } from '../support/test-hub.ts'

test('another server gets a certificate, is listed, trusted by devices, and revoked', async () => {
  await using hub = await startTestHub()
  const body = { names: ['LOCALHOST', 'emqx.example.com', '192.0.2.8'] }
  const issued = (await hub.api('POST', '/api/server-certificates', { body })).json()
  expect(issued.names).toEqual(['localhost', 'emqx.example.com', '192.0.2.8'])
  expect(issued.caCert).toBe(hub.ca)

  const server = createServer({ cert: issued.serverCert, key: issued.serverKey }, (socket) => socket.end('EMQX'))
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const client = connect({ host: 'localhost', servername: 'emqx.example.com', port, ca: issued.caCert })
  expect(String((await once(client, 'data'))[0])).toBe('EMQX')
  client.destroy()
  server.close()

  const list = async () => (await hub.api('GET', '/api/certificates?deviceId=localhost')).json().items
  expect(await list()).toMatchObject([{ kind: 'server', state: 'active', fingerprint: issued.fingerprint }])
  const path = `/api/server-certificates/${issued.fingerprint}`
  const first = (await hub.api('DELETE', `${path}?reason=keyCompromise`)).json()
  hub.clock.advance(60_000)
  expect((await hub.api('DELETE', path)).json().revokedAt).toBe(first.revokedAt)
  expect(await list()).toMatchObject([{ state: 'revoked', revocationReason: 'keyCompromise' }])
})

test("a certificate that is not a server's is not revoked as one, and a name that is none gets none", async () => {
  await using hub = await startTestHub()
  const { fingerprint } = await hub.enrol('pump')
  expect((await hub.api('DELETE', `/api/server-certificates/${fingerprint}`)).json().code).toBe('certificate_not_found')
  const refused = await hub.api('POST', '/api/server-certificates', { body: { names: ['a b'] } })
  expect(refused.json().code).toBe('profile_violation')
  expect((await hub.api('GET', '/api/certificates')).json().items).toHaveLength(1)
})

test('a certificate for servers lets nobody in as a device', async () => {
  await using hub = await startTestHub()
  await hub.api('POST', '/api/devices', { body: { deviceId: 'localhost' } })
  const issued = (await hub.api('POST', '/api/server-certificates', { body: { names: ['localhost'] } })).json()
  const shown = { cert: issued.serverCert, key: issued.serverKey }
  await expect(hub.connect(shown, { clientId: 'localhost' })).rejects.toMatchObject({ code: 5 })
})

test("the hub's own certificate is renewed when that is asked for, on both listeners", async () => {
  await using hub = await startTestHub()
  const before = await readShown(hub.hub.mqttPort)
  const { fingerprint, names } = (await hub.api('POST', '/api/server-certificates/renew')).json()
  expect(fingerprint).not.toBe(before.fingerprint256)
  expect(names).toEqual(hub.hub.serverNames)
  for (const port of [hub.hub.mqttPort, hub.hub.apiPort]) {
    const shown = await readShown(port)
    expect(shown.fingerprint256).toBe(fingerprint)
    expect(shown.verify(new X509Certificate(hub.ca).publicKey)).toBe(true)
  }
})
