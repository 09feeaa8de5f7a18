import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openssl } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const PUBLIC = 'http://pki.example.com'

/** Downloads the issuer from where the certificate says that it is, and has openssl and gnutls verify the one by the other. */
async function verifyByItsIssuer(hub: TestHub, name: string, certificatePem: string): Promise<void> {
  await writeFile(join(hub.folder, `${name}.pem`), certificatePem)
  const text = await openssl(hub.folder, 'x509', '-in', `${name}.pem`, '-noout', '-text')
  const url = /CA Issuers - URI:(\S+)/.exec(text)?.[1] ?? ''
  expect(url.startsWith(PUBLIC)).toBe(true)
  const local = `http://localhost:${hub.hub.apiPort}${url.slice(PUBLIC.length)}`
  const fetched = await runProgram(`curl --silent --fail --output ${name}.cer ${local}`, { cwd: hub.folder })
  expect(fetched.code).toBe(0)
  await openssl(hub.folder, 'x509', '-inform', 'DER', '-in', `${name}.cer`, '-out', `${name}-issuer.pem`)
  const flags = ['-x509_strict', '-partial_chain', '-CAfile', `${name}-issuer.pem`, `${name}.pem`]
  expect(await openssl(hub.folder, 'verify', ...flags)).toContain(`${name}.pem: OK`)
  const line = `certtool --verify --load-ca-certificate ${name}-issuer.pem --infile ${name}.pem`
  expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Verified.'),
  })
}

for (const hierarchy of ['single', 'two_tier'] as const) {
  test(`each certificate names its own issuer, through two rotations and a retirement (${hierarchy})`, async (context) => {
    needPrograms(context, 'openssl', 'certtool', 'curl')
    await using hub = await startTestHub({ settings: { pki: { public_url: PUBLIC }, ca: { hierarchy } } })
    // Not over TLS: by the end the hub shows a certificate of its third CA.
    const post = async (path: string, body: object = {}): Promise<{ readonly clientCert: string }> => {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      const answer = await hub.hub.fetch(new Request(`https://localhost${path}`, init))
      expect(answer.ok).toBe(true)
      return (await answer.json()) as { readonly clientCert: string }
    }
    const certificates: Record<string, string> = {}
    const enrol = async (id: string): Promise<void> => {
      certificates[id] = (await post(`/api/devices/certificates/${id}`)).clientCert
    }
    await enrol('first')
    await post('/api/ca/rotation')
    await enrol('second')
    for (const [name, pem] of Object.entries(certificates)) await verifyByItsIssuer(hub, name, pem)

    await post('/api/ca/rotation/retire', { force: true })
    await post('/api/ca/rotation')
    await enrol('third')
    for (const [name, pem] of Object.entries(certificates)) await verifyByItsIssuer(hub, name, pem)
  })
}
