import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createOcspRequest, readOcspAnswer } from '../ca/ocsp-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000

/** What is said of a certificate under the name of a CA of the hub. */
async function ask(hub: TestHub, certificatePem: string, caPem = hub.ca): Promise<string | undefined> {
  const issuer = new X509Certificate(caPem)
  const body = await createOcspRequest({ issuer, serialNumbers: [new X509Certificate(certificatePem).serialNumber] })
  const answer = await hub.hub.fetch(new Request('https://localhost/pki/ocsp', { method: 'POST', body }))
  const { statuses, isSigned } = readOcspAnswer(Buffer.from(await answer.arrayBuffer()), issuer)
  expect(isSigned).toBe(true)
  return statuses[0]?.[1]
}

const ownCertificate = (hub: TestHub): string => readFileSync(join(hub.certsDir, 'server-cert.pem'), 'utf8')

test("the hub's own certificates are good until they end, those that were followed by others too", async () => {
  await using folder = await temporaryFolder()
  const earlier: string[] = []
  {
    await using hub = await startTestHub({ folder: folder.path })
    for (let renewal = 0; renewal < 2; renewal++) {
      earlier.push(ownCertificate(hub))
      await hub.api('POST', '/api/server-certificates/renew')
    }
    expect(new Set([...earlier, ownCertificate(hub)]).size).toBe(3)
    for (const certificate of [...earlier, ownCertificate(hub)]) expect(await ask(hub, certificate)).toBe('good')
  }
  // One that was started again knows them still.
  await using hub = await startTestHub({ folder: folder.path })
  for (const certificate of [...earlier, ownCertificate(hub)]) expect(await ask(hub, certificate)).toBe('good')
})

test("an earlier one of the hub's own is forgotten when it has expired", async () => {
  await using hub = await startTestHub()
  const first = ownCertificate(hub)
  hub.clock.advance(366 * DAY_MS)
  await hub.hub.sweep()
  expect(ownCertificate(hub)).not.toBe(first)
  expect(await ask(hub, first)).toBe('unknown')
  expect(await ask(hub, ownCertificate(hub))).toBe('good')
})

test('one that the CA before signed is good under the name of that CA alone', async () => {
  await using hub = await startTestHub()
  const old = ownCertificate(hub)
  expect((await hub.api('POST', '/api/ca/rotation')).status).toBe(201)
  const next = (await hub.api('GET', '/pki/ca.pem')).text
  await hub.api('POST', '/api/server-certificates/renew')
  expect(ownCertificate(hub)).not.toBe(old)
  expect(await ask(hub, old)).toBe('good')
  expect(await ask(hub, old, next)).toBe('unknown')
})

test('what was issued for other servers is good, then revoked, and nothing is said of what nobody issued', async () => {
  await using hub = await startTestHub()
  const issue = async (name: string) =>
    (await hub.api('POST', '/api/server-certificates', { body: { names: [name] } })).json()
  const [emqx, other] = [await issue('emqx.example.com'), await issue('other.example.com')]
  expect(await ask(hub, emqx.serverCert)).toBe('good')
  expect((await hub.api('DELETE', `/api/server-certificates/${emqx.fingerprint}?reason=keyCompromise`)).status).toBe(
    200,
  )
  expect(await ask(hub, emqx.serverCert)).toMatch(/^revoked .* for 1$/)
  expect(await ask(hub, other.serverCert)).toBe('good')
  await using stranger = await startTestHub()
  expect(await ask(hub, ownCertificate(stranger))).toBe('unknown')
})
