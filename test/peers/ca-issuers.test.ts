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
    const first = await hub.enrol('first')
    await hub.api('POST', '/api/ca/rotation')
    const second = await hub.enrol('second')
    await verifyByItsIssuer(hub, 'first', first.cert)
    await verifyByItsIssuer(hub, 'second', second.cert)

    await hub.api('POST', '/api/ca/rotation/retire', { body: { force: true } })
    expect(await hub.api('POST', '/api/ca/rotation')).toMatchObject({ status: 201 })
    const third = await hub.enrol('third')
    for (const [name, { cert }] of Object.entries({ first, second, third })) await verifyByItsIssuer(hub, name, cert)
  })
}
