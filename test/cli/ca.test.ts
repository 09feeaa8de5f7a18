import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const KEY = { keyStore: 'file', encrypted: true, keyAlgorithm: 'ec-p256' }
const UNLOCKED = { state: 'unlocked', cause: null }

function createCertificate(folder: string): string {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = ['-subj', '/O=Home/CN=Signet CA', '-days', '10']
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...name, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  })
  return readFileSync(certificate, 'utf8')
}

test('ca show prints subject, fingerprint and end as OpenSSL reads them', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  const pem = createCertificate(folder.path)
  const printed = execFileSync('openssl', ['x509', '-noout', '-fingerprint', '-sha256'], {
    input: pem,
    encoding: 'utf8',
  })
  const fingerprint = printed.trim().split('=')[1]
  await using _hub = await openHubDouble(
    { 'GET /pki/ca.pem': { type: 'text/plain', body: pem }, 'GET /api/ca': { body: { ...KEY, ...UNLOCKED } } },
    { folder: folder.path },
  )
  const { stdout } = await run({ argv: ['ca', 'show'], cwd: folder.path })
  expect(stdout).toMatch(/^Subject +O=Home, CN=Signet CA\n/)
  expect(stdout).toContain(`Fingerprint  ${fingerprint}\n`)
  expect(stdout).toMatch(/^Key +ec-p256, in its file, encrypted\nState +unlocked\n/m)
  const { stdout: json } = await run({ argv: ['ca', 'show', '--json'], cwd: folder.path })
  expect(JSON.parse(json)).toMatchObject({
    fingerprint,
    notAfter: expect.stringMatching(/^20\d\d-.*Z$/),
    ...KEY,
    ...UNLOCKED,
  })
})

test('ca show says why the key is locked', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  const locked = { state: 'locked', cause: { code: 'hsm_unavailable', detail: 'No token' } }
  const answers = {
    'GET /pki/ca.pem': { type: 'text/plain', body: createCertificate(folder.path) },
    'GET /api/ca': { body: { ...KEY, keyStore: 'hsm', ...locked } },
  }
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  const { stdout } = await run({ argv: ['ca', 'show'], cwd: folder.path })
  expect(stdout).toMatch(/^Key +ec-p256, in an HSM\nState +locked: No token\n/m)
})

test('an answer that is no certificate is told in one sentence', async () => {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble({ 'GET /pki/ca.pem': { body: 'hello' } }, { folder: folder.path })
  const { code, stderr } = await run({ argv: ['ca', 'show'], cwd: folder.path })
  expect(code).toBe(1)
  expect(stderr).toBe('signet: The answer to /pki/ca.pem is not a certificate: is this a Signet hub?\n')
})
