import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const ISSUED = {
  deviceId: 'dev:1',
  clientCert: 'CERTIFICATE\n',
  clientKey: 'PRIVATE KEY\n',
  caCert: 'CA\n',
  fingerprint: 'AA:BB',
  brokerUrl: 'hub.example.com',
  mqttSecurePort: 8884,
}
const DEVICE = {
  deviceId: 'dev:1',
  userId: 'me',
  state: 'active',
  policies: [],
  clientIds: ['gateway'],
  createdAt: '2026-01-01T00:00:00.000Z',
}
const LEGACY = { userName: 'old name', endsAt: '2026-12-31T00:00:00.000Z' }
const ISSUE = 'POST /api/devices/certificates/dev%3A1'

describe('device add', () => {
  test('writes key, certificate and CA below the certificates folder, and prints a command that proves them', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [ISSUE]: { status: 201, body: ISSUED } }, { folder: folder.path })
    const { code, stdout, stderr } = await run({ argv: ['device', 'add', 'dev:1', '--user', 'me'], cwd: folder.path })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(hub.requests).toEqual([{ call: ISSUE, body: { userId: 'me' }, authorization: undefined }])
    const devices = join(folder.path, 'certs', 'devices')
    expect(await readdir(devices)).toEqual(['ca-cert.pem', 'dev:1-cert.pem', 'dev:1-key.pem'])
    expect(await readFile(join(devices, 'dev:1-key.pem'), 'utf8')).toBe('PRIVATE KEY\n')
    expect(stdout).toContain(
      'mosquitto_pub --cafile certs/devices/ca-cert.pem --cert certs/devices/dev:1-cert.pem --key certs/devices/dev:1-key.pem -h hub.example.com -p 8884 -t users/me/devices/dev:1/telemetry -m \'{"temperature":21}\'\n',
    )
    expect(stdout).toContain('AA:BB')
    expect(stdout).not.toContain('PRIVATE KEY')
  })

  test("without --user the device's own user stands in the command", async () => {
    await using folder = await temporaryFolder()
    const answers = { [ISSUE]: { status: 201, body: ISSUED }, 'GET /api/devices/dev%3A1': { body: DEVICE } }
    await using hub = await openHubDouble(answers, { folder: folder.path })
    const { stdout } = await run({ argv: ['device', 'add', 'dev:1'], cwd: folder.path })
    expect(hub.requests[0]?.body).toEqual({})
    expect(stdout).toContain('-t users/me/devices/dev:1/telemetry')
  })

  test('--json prints the paths for programs, without the key', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble({ [ISSUE]: { status: 201, body: ISSUED } }, { folder: folder.path })
    const argv = ['device', 'add', 'dev:1', '--user', 'me', '--out', 'here', '--json']
    const { stdout } = await run({ argv, cwd: folder.path })
    expect(JSON.parse(stdout)).toEqual({
      certificate: join(folder.path, 'here', 'dev:1-cert.pem'),
      key: join(folder.path, 'here', 'dev:1-key.pem'),
      ca: join(folder.path, 'here', 'ca-cert.pem'),
      fingerprint: 'AA:BB',
      brokerUrl: 'hub.example.com',
      mqttSecurePort: 8884,
    })
  })

  test('renew writes a new key and certificate over those of a device that is there', async () => {
    await using folder = await temporaryFolder()
    const history = 'GET /api/devices/certificates/dev%3A1?include=detail'
    const answers = {
      [ISSUE]: { status: 201, body: ISSUED },
      'GET /api/devices/dev%3A1': { body: DEVICE },
      [history]: { body: { certificates: [{ profile: 'short' }, { profile: 'default' }] } },
    }
    await using hub = await openHubDouble(answers, { folder: folder.path })
    const { code, stdout } = await run({ argv: ['device', 'renew', 'dev:1', '--out', 'here'], cwd: folder.path })
    expect(code).toBe(0)
    expect(hub.requests.map(({ call }) => call)).toEqual(['GET /api/devices/dev%3A1', history, ISSUE])
    expect(hub.requests.at(-1)?.body).toEqual({ profile: 'short' })
    expect(await readFile(join(folder.path, 'here', 'dev:1-key.pem'), 'utf8')).toBe('PRIVATE KEY\n')
    expect(stdout).toContain('-t users/me/devices/dev:1/telemetry')
  })

  test('renew makes no device of an id that is misspelt', async () => {
    await using folder = await temporaryFolder()
    const answers = { 'GET /api/devices/dev%3A1': problem(404, 'device_not_found') }
    await using hub = await openHubDouble(answers, { folder: folder.path })
    const { code } = await run({ argv: ['device', 'renew', 'dev:1', '--out', 'here'], cwd: folder.path })
    expect(code).toBe(1)
    expect(hub.requests).toHaveLength(1)
    expect(await readdir(folder.path)).toEqual(['data'])
  })

  test('an id that is none is refused before anything is asked or written', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({}, { folder: folder.path })
    const { code, stderr } = await run({ argv: ['device', 'add', '../etc'], cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^signet: "\.\.\/etc" cannot be a device id: .*\n$/)
    expect(hub.requests).toEqual([])
    expect(await readdir(folder.path)).toEqual(['data'])
  })

  test('a folder that cannot take the files is refused before a certificate is asked for', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [ISSUE]: { status: 201, body: ISSUED } }, { folder: folder.path })
    await writeFile(join(folder.path, 'file'), '')
    const { code, stderr } = await run({ argv: ['device', 'add', 'dev:1', '--out', 'file'], cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toBe(`signet: The folder ${join(folder.path, 'file')} cannot take the files: EEXIST\n`)
    expect(hub.requests).toEqual([])
  })

  test('a refusal of the hub leaves the files as they were, and no others', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble(
      { [ISSUE]: problem(409, 'device_owned_by_another_user') },
      { folder: folder.path },
    )
    const devices = join(folder.path, 'certs', 'devices')
    await mkdir(devices, { recursive: true })
    await writeFile(join(devices, 'dev:1-key.pem'), 'OLD')
    const { code, stderr } = await run({ argv: ['device', 'add', 'dev:1'], cwd: folder.path })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'signet: It is device_owned_by_another_user (device_owned_by_another_user)\n',
    })
    expect(await readdir(devices)).toEqual(['dev:1-key.pem'])
    expect(await readFile(join(devices, 'dev:1-key.pem'), 'utf8')).toBe('OLD')
  })
})

describe('device list', () => {
  const pages = {
    'GET /api/devices?limit=500': { body: { items: [DEVICE], nextCursor: 'a+b' } },
    'GET /api/devices?limit=500&cursor=a%2Bb': {
      body: { items: [{ ...DEVICE, deviceId: 'dev-2', policies: ['a', 'b'], legacy: LEGACY }], nextCursor: null },
    },
  }

  test('prints every page as one table', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble(pages, { folder: folder.path })
    const { stdout } = await run({ argv: ['device', 'list'], cwd: folder.path })
    expect(stdout.split('\n')).toEqual([
      'DEVICE  USER  STATE   POLICIES  PASSWORD  CREATED',
      'dev:1   me    active  -         -         2026-01-01T00:00:00.000Z',
      'dev-2   me    active  a, b      legacy    2026-01-01T00:00:00.000Z',
      '',
    ])
  })

  test('--json prints every item', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble(pages, { folder: folder.path })
    const { stdout } = await run({ argv: ['device', 'list', '--json'], cwd: folder.path })
    expect(JSON.parse(stdout)).toMatchObject([{ deviceId: 'dev:1' }, { deviceId: 'dev-2' }])
  })
})

describe('device show', () => {
  const certificate = {
    fingerprint: 'AA:BB',
    serialNumber: '01',
    isValid: false,
    notAfter: '2027-01-01T00:00:00.000Z',
    firstSeenAt: null,
    revokedAt: '2026-02-01T00:00:00.000Z',
    revocationReason: 'keyCompromise',
  }
  const show = 'GET /api/devices/dev%3A1'
  const history = 'GET /api/devices/certificates/dev%3A1?include=detail'

  test('prints the device and each of its certificates', async () => {
    await using folder = await temporaryFolder()
    const answers = { [show]: { body: DEVICE }, [history]: { body: { certificates: [certificate] } } }
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    const { stdout } = await run({ argv: ['device', 'show', 'dev:1'], cwd: folder.path })
    for (const line of [/^Client ids +gateway$/m, /^Valid +no$/m, /^First seen +-$/m, /^Reason +keyCompromise$/m]) {
      expect(stdout).toMatch(line)
    }
  })

  test('a device that never had a certificate is shown all the same', async () => {
    await using folder = await temporaryFolder()
    const answers = { [show]: { body: DEVICE }, [history]: problem(404, 'certificate_not_found') }
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    const { code, stdout } = await run({ argv: ['device', 'show', 'dev:1', '--json'], cwd: folder.path })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ ...DEVICE, certificates: [] })
  })

  test('any other refusal is one', async () => {
    await using folder = await temporaryFolder()
    const answers = { [show]: { body: DEVICE }, [history]: problem(403, 'forbidden') }
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    const { code, stderr } = await run({ argv: ['device', 'show', 'dev:1'], cwd: folder.path })
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'signet: It is forbidden (forbidden)\n' })
  })
})

describe('device revoke', () => {
  const answer = { body: { message: 'Certificate revoked', deviceId: 'dev:1', revokedAt: '2026-02-01T00:00:00.000Z' } }
  for (const { argv, call } of [
    { argv: [], call: 'DELETE /api/devices/certificates/dev%3A1' },
    { argv: ['--reason', 'keyCompromise'], call: 'DELETE /api/devices/certificates/dev%3A1?reason=keyCompromise' },
  ]) {
    test(`revokes ${argv.join(' ')}`, async () => {
      await using folder = await temporaryFolder()
      await using _hub = await openHubDouble({ [call]: answer }, { folder: folder.path })
      expect(await run({ argv: ['device', 'revoke', 'dev:1', ...argv], cwd: folder.path })).toMatchObject({
        code: 0,
        stdout: 'Certificate revoked: device dev:1, 2026-02-01T00:00:00.000Z\n',
      })
    })
  }

  test('tells on stderr what still lets the device in', async () => {
    await using folder = await temporaryFolder()
    const warning =
      '299 - "token k1 still lets device dev:1 in", 299 - "its imported password still lets device dev:1 in"'
    const answers = { 'DELETE /api/devices/certificates/dev%3A1': { ...answer, warning } }
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    expect(await run({ argv: ['device', 'revoke', 'dev:1'], cwd: folder.path })).toMatchObject({
      code: 0,
      stderr:
        'Warning: token k1 still lets device dev:1 in\nWarning: its imported password still lets device dev:1 in\n',
    })
  })
})

for (const { verb, state } of [
  { verb: 'suspend', state: 'suspended' },
  { verb: 'resume', state: 'active' },
]) {
  test(`device ${verb} makes the device ${state}`, async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ 'PATCH /api/devices/dev-1': { body: DEVICE } }, { folder: folder.path })
    const { stdout } = await run({ argv: ['device', verb, 'dev-1'], cwd: folder.path })
    expect(stdout).toBe(`Device dev-1 is ${state}\n`)
    expect(hub.requests[0]?.body).toEqual({ state })
  })
}
