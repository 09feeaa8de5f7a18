import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':')
const ISSUED = {
  names: ['*.example.com', '::1'],
  serverCert: 'CHAIN',
  serverKey: 'KEY',
  caCert: 'CA',
  fingerprint: FINGERPRINT,
  serialNumber: '01',
  notAfter: '2027-11-22T00:00:00.000Z',
}

async function signet(folder: string, argv: readonly string[], answers: Parameters<typeof openHubDouble>[0]) {
  await using hub = await openHubDouble(answers, { folder })
  const finished = await run({ argv: ['server-cert', ...argv], cwd: folder })
  return { ...finished, requests: hub.requests }
}

describe('server-cert issue', () => {
  const argv = ['issue', '*.example.com', '::1', '--out', 'emqx', '--key-algorithm', 'rsa-2048']
  const answers = { 'POST /api/server-certificates': { status: 201, body: ISSUED } }

  test('writes key, chain and CA, the key for its owner alone', async () => {
    await using folder = await temporaryFolder()
    const { code, stdout, requests } = await signet(folder.path, argv, answers)
    expect(code).toBe(0)
    expect(requests).toMatchObject([{ body: { names: ['*.example.com', '::1'], keyAlgorithm: 'rsa-2048' } }])
    const read = (name: string) => readFile(join(folder.path, 'emqx', name), 'utf8')
    expect(await read('_.example.com-cert.pem')).toBe('CHAIN')
    expect(await read('_.example.com-key.pem')).toBe('KEY')
    expect(await read('ca-cert.pem')).toBe('CA')
    expect((await stat(join(folder.path, 'emqx/_.example.com-key.pem'))).mode & 0o777).toBe(0o600)
    expect(stdout).toMatch(/^Certificate +emqx\/_\.example\.com-cert\.pem$/m)
    expect(stdout).toMatch(/^Names +\*\.example\.com, ::1$/m)
    expect(stdout).not.toContain('KEY')
  })

  test('--json names the files and not the key', async () => {
    await using folder = await temporaryFolder()
    const { stdout } = await signet(folder.path, [...argv, '--json'], answers)
    expect(JSON.parse(stdout)).toEqual({
      certificate: join(folder.path, 'emqx/_.example.com-cert.pem'),
      key: join(folder.path, 'emqx/_.example.com-key.pem'),
      ca: join(folder.path, 'emqx/ca-cert.pem'),
      fingerprint: FINGERPRINT,
      names: ISSUED.names,
      notAfter: ISSUED.notAfter,
    })
  })

  test('refused/a name that is none, and no file is left', async () => {
    await using folder = await temporaryFolder()
    const refused = { 'POST /api/server-certificates': problem(400, 'profile_violation') }
    const { code, stderr } = await signet(folder.path, ['issue', 'hub', '--out', '.'], refused)
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'signet: It is profile_violation (profile_violation)\n' })
    await expect(stat(join(folder.path, 'hub-key.pem'))).rejects.toThrow(/ENOENT/)
  })

  test('refused/without a folder', async () => {
    await using folder = await temporaryFolder()
    const { code, stderr } = await signet(folder.path, ['issue', 'hub'], {})
    expect(code).toBe(2)
    expect(stderr).toContain('--out')
  })
})

test('server-cert revoke tells since when', async () => {
  await using folder = await temporaryFolder()
  const path = `/api/server-certificates/${encodeURIComponent(FINGERPRINT)}`
  const body = { message: 'Certificate revoked', fingerprint: FINGERPRINT, revokedAt: '2026-11-22T00:00:00.000Z' }
  const line = `Certificate revoked: ${FINGERPRINT}, 2026-11-22T00:00:00.000Z\n`
  const plain = await signet(folder.path, ['revoke', 'ab'.repeat(32)], { [`DELETE ${path}`]: { body } })
  expect(plain.stdout).toBe(line)
  const argv = ['revoke', FINGERPRINT, '--reason', 'keyCompromise']
  const told = await signet(folder.path, argv, { [`DELETE ${path}?reason=keyCompromise`]: { body } })
  expect(told.stdout).toBe(line)
})

test('server-cert renew tells what is shown from now on', async () => {
  await using folder = await temporaryFolder()
  const body = { names: ['localhost', '::1'], fingerprint: FINGERPRINT, notAfter: '2027-11-22T00:00:00.000Z' }
  const { stdout } = await signet(folder.path, ['renew'], { 'POST /api/server-certificates/renew': { body } })
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['Names', 'localhost, ::1'],
    ['Fingerprint', FINGERPRINT],
    ['Not after', '2027-11-22T00:00:00.000Z'],
    [''],
  ])
})
