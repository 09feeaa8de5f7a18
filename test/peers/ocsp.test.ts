import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openssl } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'
import { createWebPki, saveServerFiles } from '../support/web-pki.ts'

const HOLD = 'X509v3 CRL Reason Code: \n                Certificate Hold'

/** Puts PEM into files of the hub's folder, `ca.pem` beside them. */
async function save(hub: TestHub, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, pem] of Object.entries({ ca: hub.ca, ...files })) {
    await writeFile(join(hub.folder, `${name}.pem`), pem)
  }
  return `http://localhost:${hub.hub.apiPort}/pki`
}

/** Runs a line, without a shell; gives all that it wrote. */
async function run(hub: TestHub, line: string): Promise<string> {
  const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
  return stdout + stderr
}

test('openssl ocsp and ocsptool verify what is said of a good, a revoked and an unknown certificate', async (context) => {
  needPrograms(context, 'openssl', 'ocsptool')
  await using hub = await startTestHub()
  const [pump, valve] = [await hub.enrol('pump'), await hub.enrol('valve')]
  await hub.api('DELETE', '/api/devices/certificates/valve?reason=keyCompromise')
  const url = await save(hub, { pump: pump.cert, valve: valve.cert })
  const about = '-issuer ca.pem -cert pump.pem -cert valve.pem -serial 0x4711'

  for (const more of ['-nonce', '-no_nonce', '-sha256 -nonce']) {
    const told = await run(hub, `openssl ocsp ${more} ${about} -CAfile ca.pem -url ${url}/ocsp`)
    expect(told).toContain('Response verify OK')
    expect(told).toMatch(/pump\.pem: good\n.*valve\.pem: revoked\n.*Reason: keyCompromise\n.*0x4711: unknown\n/s)
    expect(told).not.toContain('WARNING')
  }
  const asked = `--load-issuer ca.pem --load-trust ca.pem --ask=${url}/ocsp`
  expect(await run(hub, `ocsptool --load-cert pump.pem ${asked}`)).toMatch(/Certificate Status: good.*Success\./s)
  expect(await run(hub, `ocsptool --load-cert valve.pem ${asked}`)).toMatch(/Certificate Status: revoked/)
})

test('curl asks by GET, over HTTP and HTTPS, and openssl reads the answer', async (context) => {
  needPrograms(context, 'openssl', 'curl')
  await using hub = await startTestHub()
  await save(hub, { pump: (await hub.enrol('pump')).cert })
  await openssl(hub.folder, 'ocsp', '-no_nonce', '-issuer', 'ca.pem', '-cert', 'pump.pem', '-reqout', 'question.der')
  const { stdout } = await promisify(execFile)('base64', ['-w0', 'question.der'], { cwd: hub.folder })
  const port = hub.hub.apiPort
  for (const path of [stdout, encodeURIComponent(stdout)]) {
    for (const base of [`http://localhost:${port}`, `https://localhost:${port}`]) {
      await run(hub, `curl --silent --fail --cacert ca.pem --output answer.der ${base}/pki/ocsp/${path}`)
      const told = await run(hub, 'openssl ocsp -respin answer.der -CAfile ca.pem -issuer ca.pem -cert pump.pem')
      expect(told).toContain('pump.pem: good')
      expect(told).toContain('Response verify OK')
    }
  }
})

test('openssl verify -crl_check refuses a certificate for as long as it is held', async (context) => {
  needPrograms(context, 'openssl', 'curl')
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const url = await save(hub, { pump: pump.cert })
  const check = async (): Promise<string> => {
    await run(hub, `curl --silent --fail --output list.crl ${url}/ca.crl`)
    return await run(hub, 'openssl verify -crl_check -CAfile ca.pem -CRLfile list.crl pump.pem')
  }
  expect(await check()).toContain('pump.pem: OK')
  await hub.api('POST', `/api/certificates/${pump.fingerprint}/hold`)
  expect(await check()).toContain('certificate revoked')
  expect(await openssl(hub.folder, 'crl', '-in', 'list.crl', '-noout', '-text')).toContain(HOLD)
  await hub.api('POST', `/api/certificates/${pump.fingerprint}/unhold`)
  expect(await check()).toContain('pump.pem: OK')
  expect(await openssl(hub.folder, 'crl', '-in', 'list.crl', '-noout', '-text')).toContain('No Revoked Certificates')
})

test('openssl s_client -status is given a good answer by both ports, and none for a certificate of another CA', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  const web = await createWebPki(folder.path)
  const { cert, key } = await web.issue()
  const ssl = await saveServerFiles(folder.path, { cert: cert + web.issuing, key })
  await using hub = await startTestHub({ settings: { ssl } })
  await save(hub, {})
  const status = (port: number, version: string) =>
    run(hub, `openssl s_client -connect localhost:${port} -status -${version} -CAfile ca.pem`)
  for (const version of ['tls1_2', 'tls1_3']) {
    const own = await status(hub.hub.mqttPort, version)
    expect(own).toMatch(/OCSP Response Status: successful.*Cert Status: good/s)
    expect(own).toContain('Verify return code: 0 (ok)')
    expect(await status(hub.hub.apiPort, version)).toContain('OCSP response: no response sent')
  }
})
