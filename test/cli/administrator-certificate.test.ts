import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const CREATE = 'POST /api/admin-certificates'
const inMode = (api: string) => ({ 'GET /api/mode': { body: { mqtt: 'mtls', api } } })
const ISSUED = {
  name: 'eva',
  role: 'operator',
  clientCert: 'CERTIFICATE\n',
  clientKey: 'PRIVATE KEY\n',
  caCert: 'CA\n',
  fingerprint: 'AA:BB',
  notAfter: '2027-01-01T00:00:00.000Z',
}

describe('admin-cert create', () => {
  for (const { argv, body } of [
    { argv: [], body: { name: 'eva' } },
    { argv: ['--role', 'operator'], body: { name: 'eva', role: 'operator' } },
  ]) {
    test(`writes key and certificate, and a command to paste, for ${JSON.stringify(body)}`, async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble(
        { [CREATE]: { status: 201, body: ISSUED }, ...inMode('mtls') },
        { folder: folder.path },
      )
      const { code, stdout } = await run({ argv: ['admin-cert', 'create', 'eva', ...argv], cwd: folder.path })
      expect(code).toBe(0)
      expect(hub.requests).toMatchObject([{ call: CREATE, body }, { call: 'GET /api/mode' }])
      const out = join(folder.path, 'certs', 'administrators')
      expect(await readdir(out)).toEqual(['ca-cert.pem', 'eva-cert.pem', 'eva-key.pem'])
      expect(await readFile(join(out, 'eva-key.pem'), 'utf8')).toBe('PRIVATE KEY\n')
      expect((await stat(join(out, 'eva-key.pem'))).mode & 0o777).toBe(0o600)
      expect(stdout).toBe(
        [
          'Certificate  certs/administrators/eva-cert.pem',
          'Key          certs/administrators/eva-key.pem',
          'CA           certs/administrators/ca-cert.pem',
          'Fingerprint  AA:BB',
          'Role         operator',
          '',
          'Try it:',
          'curl --cacert certs/administrators/ca-cert.pem --cert certs/administrators/eva-cert.pem --key certs/administrators/eva-key.pem https://localhost:3000/api/mode',
          '',
        ].join('\n'),
      )
    })
  }

  test('--json tells programs where the files are, without the key; --url is where to try it', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [CREATE]: { status: 201, body: ISSUED }, ...inMode('mtls_or_token') }, {})
    const url = `http://127.0.0.1:${hub.port}`
    const argv = ['admin-cert', 'create', 'eva', '--out', 'here', '--url', url]
    const json = await run({ argv: [...argv, '--json'], cwd: folder.path })
    const path = (name: string) => join(folder.path, 'here', name)
    expect(JSON.parse(json.stdout)).toEqual({
      certificate: path('eva-cert.pem'),
      key: path('eva-key.pem'),
      ca: path('ca-cert.pem'),
      name: 'eva',
      role: 'operator',
      fingerprint: 'AA:BB',
      notAfter: '2027-01-01T00:00:00.000Z',
    })
    expect((await run({ argv, cwd: folder.path })).stdout).toMatch(new RegExp(`^curl .* ${url}/api/mode$`, 'm'))
  })

  for (const { mode, told } of [
    { mode: 'token', told: /While api\.auth is token the API looks at no certificate: set it to mtls_or_token\n$/ },
    { mode: 'https_only', told: /While api\.auth is https_only the API looks at no certificate/ },
    {
      mode: 'mtls_and_token',
      told: /a token of eva in the file header:\ncurl .* --header @header https:\S+\/api\/mode\n$/,
    },
  ]) {
    test(`says what can be done with it in the mode ${mode}`, async () => {
      await using folder = await temporaryFolder()
      const answers = { [CREATE]: { status: 201, body: ISSUED }, ...inMode(mode) }
      await using _hub = await openHubDouble(answers, { folder: folder.path })
      const { stdout } = await run({ argv: ['admin-cert', 'create', 'eva'], cwd: folder.path })
      expect(stdout).toMatch(told)
      if (mode !== 'mtls_and_token') expect(stdout).not.toContain('curl')
    })
  }

  test('writes nothing when it is refused, and asks nobody for a name that is none', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [CREATE]: problem(409, 'case_conflict') }, { folder: folder.path })
    const refused = await run({ argv: ['admin-cert', 'create', 'EVA'], cwd: folder.path })
    expect(refused).toMatchObject({ code: 1, stderr: 'signet: It is case_conflict (case_conflict)\n' })
    expect(await readdir(join(folder.path, 'certs', 'administrators'))).toEqual([])
    expect((await run({ argv: ['admin-cert', 'create', 'a/b'], cwd: folder.path })).code).toBe(1)
    expect(hub.requests).toHaveLength(1)
  })
})

test('admin-cert list prints a table', async () => {
  await using folder = await temporaryFolder()
  const item = {
    name: 'eva',
    role: 'admin',
    state: 'active',
    notAfter: '2027',
    firstSeenAt: null,
    fingerprint: 'AA:BB',
  }
  const answers = { 'GET /api/admin-certificates?limit=500': { body: { items: [item], nextCursor: null } } }
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  const { stdout } = await run({ argv: ['admin-cert', 'list'], cwd: folder.path })
  expect(stdout).toMatch(
    /^NAME +ROLE +STATE +NOT AFTER +FIRST SEEN +FINGERPRINT\neva +admin +active +2027 +- +AA:BB\n$/,
  )
})

describe('admin-cert revoke', () => {
  const body = { message: 'Certificate revoked', name: 'eva', revokedAt: '2026-02-01T00:00:00.000Z' }
  const warning = '299 - "token k1 still lets administrator eva in"'
  for (const { argv, call } of [
    { argv: [], call: 'DELETE /api/admin-certificates/eva' },
    { argv: ['--reason', 'keyCompromise'], call: 'DELETE /api/admin-certificates/eva?reason=keyCompromise' },
  ]) {
    test(`revokes ${argv.join(' ')}, and tells what stays`, async () => {
      await using folder = await temporaryFolder()
      await using _hub = await openHubDouble({ [call]: { body, warning } }, { folder: folder.path })
      expect(await run({ argv: ['admin-cert', 'revoke', 'eva', ...argv], cwd: folder.path })).toMatchObject({
        code: 0,
        stdout: 'Certificate revoked: administrator eva, 2026-02-01T00:00:00.000Z\n',
        stderr: 'Warning: token k1 still lets administrator eva in\n',
      })
    })
  }
})
