import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { createOcspRequest, readOcspAnswer } from '../ca/ocsp-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

/** Status and signature of one answer, as whoever knows the issuer alone reads it. */
async function ask(hub: TestHub, certificatePem: string, issuer: X509Certificate): Promise<string> {
  const { serialNumber } = new X509Certificate(certificatePem)
  const body = await createOcspRequest({ issuer, serialNumbers: [serialNumber] })
  const answer = await hub.hub.fetch(new Request('https://localhost/pki/ocsp', { method: 'POST', body }))
  return describe(Buffer.from(await answer.arrayBuffer()), issuer)
}

function describe(answer: Buffer<ArrayBuffer>, issuer: X509Certificate): string {
  const { responseStatus, statuses, isSigned } = readOcspAnswer(answer, issuer)
  return responseStatus === 0 ? `${statuses[0]?.[1]}, ${isSigned ? 'signed' : 'not signed'}` : `error ${responseStatus}`
}

async function readStapled(hub: TestHub, issuer: X509Certificate): Promise<string> {
  const target = { host: 'localhost', servername: 'localhost', port: hub.hub.mqttPort }
  const socket = connect({ ...target, ca: String(issuer), requestOCSP: true })
  const [[stapled]] = await Promise.all([once(socket, 'OCSPResponse'), once(socket, 'secureConnect')])
  socket.destroy()
  return describe(stapled, issuer)
}

async function download(hub: TestHub, url: string | undefined): Promise<X509Certificate> {
  const answer = await hub.hub.fetch(new Request(new URL(url ?? '', 'https://localhost')))
  return new X509Certificate(Buffer.from(await answer.arrayBuffer()))
}

function readIssuerUrl(certificatePem: string): string | undefined {
  return new X509Certificate(certificatePem).infoAccess?.match(/CA Issuers - URI:http:\/\/pki\.example\.com(\S+)/)?.[1]
}

test('through a rotation each CA vouches for its own certificates, until it is retired', async () => {
  await using hub = await startTestHub({ settings: { pki: { public_url: 'http://pki.example.com' } } })
  const oldCa = new X509Certificate(hub.ca)
  const pump = await hub.enrol('pump')
  expect(await ask(hub, pump.cert, oldCa)).toBe('good, signed')

  await hub.api('POST', '/api/ca/rotation')
  const newCa = new X509Certificate((await hub.api('GET', '/pki/ca.pem')).text)
  const valve = await hub.enrol('valve')
  expect(newCa.fingerprint256).not.toBe(oldCa.fingerprint256)
  expect(await ask(hub, pump.cert, oldCa)).toBe('good, signed')
  expect(await ask(hub, valve.cert, newCa)).toBe('good, signed')
  // The number of a certificate says nothing under the name of another CA.
  expect(await ask(hub, pump.cert, newCa)).toBe('unknown, signed')
  expect(await ask(hub, valve.cert, oldCa)).toBe('unknown, signed')
  expect(await readStapled(hub, oldCa)).toBe('good, signed')
  await hub.api('DELETE', '/api/devices/certificates/pump?reason=keyCompromise')
  expect(await ask(hub, pump.cert, oldCa)).toMatch(/^revoked .* for 1, signed$/)

  expect((await hub.api('POST', '/api/ca/rotation/retire')).status).toBe(200)
  expect(await ask(hub, pump.cert, oldCa)).toBe('error 6')
  expect(await ask(hub, valve.cert, newCa)).toBe('good, signed')
  expect(await readStapled(hub, newCa)).toBe('good, signed')
  for (const { cert, issuer } of [
    { cert: pump.cert, issuer: oldCa },
    { cert: valve.cert, issuer: newCa },
  ]) {
    expect((await download(hub, readIssuerUrl(cert))).fingerprint256).toBe(issuer.fingerprint256)
  }
  const unknown = await hub.hub.fetch(new Request('https://localhost/pki/authorities/0000000000000000/ca.cer'))
  expect(await unknown.json()).toMatchObject({ status: 404, code: 'authority_not_found' })
})
