import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTestHub } from '../support/test-hub.ts'

test('a CA is rotated under the feet of a fleet, and nobody loses a connection until it is retired', async () => {
  await using hub = await startTestHub()
  const [moved, old] = [await hub.enrol('moved'), await hub.enrol('old')]
  const [movedClient, oldClient] = [
    await hub.connect(moved, { clientId: 'moved' }),
    await hub.connect(old, { clientId: 'old' }),
  ]

  const begun = await hub.api('POST', '/api/ca/rotation', { body: { keyAlgorithm: 'rsa-2048' } })
  expect([begun.status, begun.text]).toEqual([201, expect.any(String)])
  const after = await hub.api('GET', '/api/devices/certificates/ca/certificate')
  const { caCert } = after.json()
  expect(caCert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  expect(caCert).toContain(hub.ca.trim())
  expect(await readFile(join(hub.certsDir, 'ca-cert.pem'), 'utf8')).toBe(caCert)

  const next = await hub.enrol('moved')
  expect(new X509Certificate(next.cert).issuer).toBe(new X509Certificate(caCert).subject)
  const closed = new Promise((resolve) => movedClient.once('close', resolve))
  await hub.connect(next, { clientId: 'moved' })
  await closed
  const status = (await hub.api('GET', '/api/ca/rotation')).json()
  expect(status).toMatchObject({
    underway: true,
    dependents: { device: 1 },
    moved: { issued: 1, connected: 1 },
    items: [{ kind: 'device', id: 'old', fingerprint: old.fingerprint }],
  })
  const refused = await hub.api('POST', '/api/ca/rotation/retire')
  expect(refused.json()).toMatchObject({ status: 409, code: 'authority_in_use', dependents: '1' })
  expect(refused.json().detail).toContain('device old')
  expect(oldClient.connected).toBe(true)

  const cut = new Promise((resolve) => oldClient.once('close', resolve))
  expect((await hub.api('POST', '/api/ca/rotation/retire', { body: { force: true } })).status).toBe(200)
  await cut
})
