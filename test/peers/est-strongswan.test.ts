import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verify } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

/** Asks with a request for this name; what the client was given and trusts, as PEM, and the key to it. */
async function enrol(hub: TestHub, name: string, credentials: string): Promise<{ cert: string; key: string }> {
  const { csr, key } = await createSigningRequest(name)
  const der = Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ''), 'base64')
  await writeFile(join(hub.folder, 'csr.der'), der)
  const url = `https://localhost:${hub.hub.apiPort}`
  const line = `pki --est --url ${url} --in csr.der --cacert certs/ca-cert.pem --outform pem ${credentials}`
  const { code, stdout, stderr } = await runProgram(line, { cwd: hub.folder })
  expect([code, stderr]).toEqual([0, expect.stringContaining('Issued certificate is trusted')])
  await verify(hub.folder, hub.ca, stdout, '-x509_strict', '-purpose', 'sslclient')
  return { cert: stdout, key }
}

test("strongSwan's EST client enrols by a token, and again by the certificate that it was given", async (context) => {
  needPrograms(context, 'pki', 'openssl')
  await using hub = await startTestHub({ settings: { profiles: { short: { validity: '10m', renew_before: '599s' } } } })
  const body = { deviceId: 'pump', profile: 'short' }
  const { token } = (await hub.api('POST', '/api/enrolment-tokens', { body })).json()
  const first = await enrol(hub, 'pump', `--userpass pump:${token}`)
  await writeFile(join(hub.folder, 'first.pem'), first.cert)
  await writeFile(join(hub.folder, 'first-key.pem'), first.key, { mode: 0o600 })
  // Within the five minutes by which certificates are dated back: the client goes by the clock of this machine.
  hub.clock.advance(2000)
  const second = await enrol(hub, 'pump', '--cert first.pem --key first-key.pem')
  expect(second.cert).not.toBe(first.cert)
  expect((await hub.connect(second, { clientId: 'pump' })).connected).toBe(true)
})
