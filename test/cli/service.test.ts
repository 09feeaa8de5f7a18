import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const SERVICE = {
  name: 'backend',
  state: 'active',
  policies: ['service:backend'],
  createdAt: '2026-01-01T00:00:00.000Z',
}
const ISSUED = {
  name: 'backend',
  clientCert: 'CERTIFICATE\n',
  clientKey: 'PRIVATE KEY\n',
  caCert: 'CA\n',
  fingerprint: 'AA:BB',
  brokerUrl: 'localhost',
  mqttSecurePort: 8883,
}
const CREATE = 'POST /api/services'
const ISSUE = 'POST /api/services/backend/certificates'

describe('service add', () => {
  test('makes the service with what it may do, then writes its key and certificate', async () => {
    await using folder = await temporaryFolder()
    const answers = { [CREATE]: { status: 201, body: SERVICE }, [ISSUE]: { status: 201, body: ISSUED } }
    await using hub = await openHubDouble(answers, { folder: folder.path })
    const argv = ['service', 'add', 'backend', '--allow', 'users/+/devices/+/#', 'public/#']
    const { code, stdout } = await run({ argv, cwd: folder.path })
    expect(code).toBe(0)
    expect(hub.requests).toMatchObject([
      { call: CREATE, body: { name: 'backend', allow: ['users/+/devices/+/#', 'public/#'] } },
      { call: ISSUE, body: {} },
    ])
    const services = join(folder.path, 'certs', 'services')
    expect(await readdir(services)).toEqual(['backend-cert.pem', 'backend-key.pem', 'ca-cert.pem'])
    expect(stdout).toMatch(
      /^mosquitto_sub .*--cert certs\/services\/backend-cert\.pem .* -v -t 'users\/\+\/devices\/\+\/#'$/m,
    )
  })

  const exists = { [CREATE]: problem(409, 'service_exists'), [ISSUE]: { status: 201, body: ISSUED } }

  test('without --allow a service there is gets a further certificate', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble(exists, { folder: folder.path })
    const { code, stdout } = await run({ argv: ['service', 'add', 'backend'], cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^mosquitto_sub .* -v -t '#'$/m)
    expect(hub.requests.map(({ call }) => call)).toEqual([CREATE, ISSUE])
  })

  test('with --allow a service there is is refused, and no certificate issued', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble(exists, { folder: folder.path })
    const { code, stderr } = await run({ argv: ['service', 'add', 'backend', '--allow', '#'], cwd: folder.path })
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'signet: It is service_exists (service_exists)\n' })
    expect(hub.requests.map(({ call }) => call)).toEqual([CREATE])
    expect(await readdir(join(folder.path, 'certs', 'services'))).toEqual([])
  })
})

test('service list prints a table', async () => {
  await using folder = await temporaryFolder()
  const answers = { 'GET /api/services?limit=500': { body: { items: [SERVICE], nextCursor: null } } }
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  const { stdout } = await run({ argv: ['service', 'list'], cwd: folder.path })
  expect(stdout).toMatch(/^SERVICE +STATE +CONNECTED +POLICIES +CREATED\nbackend +active +no +service:backend +2026/)
})

describe('service revoke', () => {
  const answer = { body: { message: 'Certificate revoked', name: 'backend', revokedAt: '2026-02-01T00:00:00.000Z' } }
  for (const { argv, call } of [
    { argv: [], call: 'DELETE /api/services/backend/certificates' },
    { argv: ['--reason', 'superseded'], call: 'DELETE /api/services/backend/certificates?reason=superseded' },
  ]) {
    test(`revokes ${argv.join(' ')}`, async () => {
      await using folder = await temporaryFolder()
      await using _hub = await openHubDouble({ [call]: answer }, { folder: folder.path })
      const { code, stdout } = await run({ argv: ['service', 'revoke', 'backend', ...argv], cwd: folder.path })
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: 'Certificate revoked: service backend, 2026-02-01T00:00:00.000Z\n',
      })
    })
  }
})
