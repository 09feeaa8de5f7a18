import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { shortFingerprint } from '../../src/identifiers.ts'
import { createOcspRequest, readOcspAnswer } from '../ca/ocsp-client.ts'
import { openHubCa } from '../support/certificate-maker.ts'
import { connectPacket, openConnectedClient, openRawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const HOUR = 3_600_000

interface Answered {
  readonly status: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer<ArrayBuffer>
}

/** In plain HTTP, without a credential and by GET, as whoever checks a certificate comes. */
async function ask(hub: TestHub, certificatePem: string, method: 'GET' | 'POST' = 'GET'): Promise<Answered> {
  const issuer = new X509Certificate(hub.ca)
  const { serialNumber } = new X509Certificate(certificatePem)
  const question = await createOcspRequest({ issuer, serialNumbers: [serialNumber] })
  const inPath = encodeURIComponent(Buffer.from(question).toString('base64'))
  const path = method === 'GET' ? `/pki/ocsp/${inPath}` : '/pki/ocsp'
  const outgoing = request({ host: 'localhost', port: hub.hub.apiPort, path, method, agent: false })
  outgoing.end(method === 'GET' ? undefined : question)
  const [incoming] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const { statuses, isSigned } = readOcspAnswer(body, issuer)
  return { status: isSigned ? statuses[0]?.[1] : undefined, headers: incoming.headers, body }
}

/** What a port staples to its certificate, and that certificate. */
async function readStapled(hub: TestHub, port: number) {
  const socket = connect({ host: 'localhost', servername: 'localhost', port, ca: hub.ca, requestOCSP: true })
  const [[stapled]] = await Promise.all([once(socket, 'OCSPResponse'), once(socket, 'secureConnect')])
  const certificate = socket.getPeerX509Certificate()
  socket.destroy()
  const { statuses, isSigned } = readOcspAnswer(stapled, new X509Certificate(hub.ca))
  return { isOwn: statuses[0]?.[0] === certificate?.serialNumber, status: statuses[0]?.[1], isSigned, stapled }
}

describe('anybody is told whether a certificate is revoked', () => {
  for (const mode of ['mtls', 'token', 'https_only'] as const) {
    test(`by plain HTTP, in the mode ${mode}`, async () => {
      await using hub = await startTestHub({ settings: { api: { auth: mode } } })
      const certificate = hub.ca
      expect((await ask(hub, certificate)).status).toBe('unknown')
      expect((await ask(hub, certificate, 'POST')).status).toBe('unknown')
    })
  }

  test('in the moment in which it was answered to the administrator', async () => {
    await using hub = await startTestHub()
    const pump = await hub.enrol('pump')
    const good = await ask(hub, pump.cert)
    expect(good.status).toBe('good')
    expect((await ask(hub, pump.cert, 'POST')).body).toEqual(good.body)
    expect((await ask(hub, pump.cert)).headers['etag']).toBe(good.headers['etag'])
    await hub.api('DELETE', '/api/devices/certificates/pump?reason=keyCompromise')
    expect((await ask(hub, pump.cert)).status).toMatch(/^revoked .* for 1$/)
    expect((await ask(hub, pump.cert, 'POST')).status).toMatch(/^revoked .* for 1$/)
  })

  test('of one that waits for approval nothing, until it is approved', async () => {
    await using hub = await startTestHub({ settings: { ca: { unknown: 'pending' } } })
    const pump = await (await openHubCa(hub)).make({ commonNames: ['pump'] })
    expect((await ask(hub, pump.cert)).status).toBe('unknown')
    using client = await openRawClient(hub, pump)
    client.send(connectPacket({ clientId: 'pump' }))
    expect(await client.next('connack')).toMatchObject({ returnCode: 5 })
    expect((await ask(hub, pump.cert)).status).toBe('unknown')
    const { fingerprint256 } = new X509Certificate(pump.cert)
    await hub.api('POST', `/api/certificates/${fingerprint256}/approve`, { body: { userId: 'ann' } })
    expect((await ask(hub, pump.cert)).status).toBe('good')
  })
})

test('a held device is cut before the answer and refused, and comes back when the hold ends', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const returnCode = async (): Promise<number | undefined> => {
    using client = await openRawClient(hub, pump)
    client.send(connectPacket({ clientId: 'pump' }))
    return (await client.next('connack'))?.returnCode
  }
  const word = (name: string) => hub.api('POST', `/api/certificates/${pump.fingerprint.toLowerCase()}/${name}`)
  using live = await openConnectedClient(hub, pump)

  const held = await word('hold')
  expect(held).toMatchObject({ status: 200 })
  expect(held.json()).toMatchObject({ state: 'held', revocationReason: 'certificateHold', subjectId: 'pump' })
  await live.closed
  expect(await returnCode()).toBe(5)
  expect(await hub.refusals()).toMatchObject([{ cause: 'certificate_held' }])
  expect((await ask(hub, pump.cert)).status).toMatch(/^revoked .* for 6$/)
  expect((await hub.api('GET', '/api/certificates?state=held')).json().items).toHaveLength(1)

  expect((await word('unhold')).json()).toMatchObject({ state: 'active', revokedAt: null })
  expect((await ask(hub, pump.cert)).status).toBe('good')
  expect(await returnCode()).toBe(0)
  expect((await word('unhold')).status).toBe(409)

  await hub.api('DELETE', '/api/devices/certificates/pump?reason=certificateHold')
  expect(await returnCode()).toBe(5)
  await hub.api('DELETE', '/api/devices/certificates/pump?reason=keyCompromise')
  expect((await ask(hub, pump.cert)).status).toMatch(/^revoked .* for 1$/)
  expect([(await word('unhold')).status, (await word('hold')).json().code]).toEqual([409, 'certificate_revoked'])
})

test("the hub's own certificate comes with its status, on both ports, and so does the next one", async () => {
  await using hub = await startTestHub()
  const ports = [hub.hub.apiPort, hub.hub.mqttPort]
  const good = { isOwn: true, status: 'good', isSigned: true }
  const [first, second] = [await readStapled(hub, ports[0] ?? 0), await readStapled(hub, ports[1] ?? 0)]
  expect([first, second]).toMatchObject([good, good])
  expect(second.stapled).toEqual(first.stapled)
  await hub.api('POST', '/api/server-certificates/renew')
  for (const port of ports) expect(await readStapled(hub, port)).toMatchObject(good)
  const renewed = await readStapled(hub, ports[0] ?? 0)
  expect(renewed.stapled).not.toEqual(first.stapled)
  hub.clock.advance(7 * HOUR)
  const later = await readStapled(hub, ports[0] ?? 0)
  expect(later).toMatchObject(good)
  expect(later.stapled).not.toEqual(renewed.stapled)
})

test('certificates name where their status is found', async () => {
  await using hub = await startTestHub({ settings: { pki: { public_url: 'http://pki.example.com' } } })
  const { infoAccess } = new X509Certificate((await hub.enrol('pump')).cert)
  const id = shortFingerprint(new X509Certificate(hub.ca).fingerprint256)
  expect(infoAccess?.trim().split('\n')).toEqual([
    'OCSP - URI:http://pki.example.com/pki/ocsp',
    `CA Issuers - URI:http://pki.example.com/pki/authorities/${id}/ca.cer`,
  ])
})
