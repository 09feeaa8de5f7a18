import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createForeignCa } from '../support/certificate-maker.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Answers, openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const CHECKS = [
  { name: 'disk', status: 'ok', detail: 'much room', mend: null },
  { name: 'refusals', status: 'note', detail: 'strangers', mend: 'Find out who.' },
]
const FAILED = { name: 'database', status: 'failed', detail: 'gone', mend: 'Bring it back.' }
const VERDICT = {
  admitted: false,
  cause: 'issuer_unknown',
  mend: 'Issue one here.',
  expected: 'a certificate issued by CN=Signet',
  presented: { subject: 'CN=pump\u001b[31m' },
  kind: null,
  hints: ['Its key is Ed25519.'],
}

const checkup = (checks: readonly object[], now = new Date()) => ({ body: { now: now.toISOString(), checks } })

async function doctor(
  answers: Answers,
  argv: readonly string[],
  files: Readonly<Record<string, string | Buffer>> = {},
) {
  await using folder = await temporaryFolder()
  for (const [name, contents] of Object.entries(files)) await writeFile(join(folder.path, name), contents)
  await using hub = await openHubDouble(answers, { folder: folder.path })
  return { ...(await run({ argv: ['doctor', ...argv], cwd: folder.path })), requests: hub.requests }
}

describe('the hub', () => {
  const HUB = 'GET /api/diagnostics/hub'

  test('that is well is a table, exit 0: what strangers did is a note', async () => {
    const { code, stdout, stderr } = await doctor({ [HUB]: checkup(CHECKS) }, [])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^ok +disk +much room +-$/m)
    expect(stdout).toMatch(/^note +refusals +strangers +Find out who\.$/m)
    expect(stdout).toMatch(/^ok +clocks +the hub's clock and this machine's are \d+ s apart/m)
  })

  test('that is not exits 1 and counts what was found', async () => {
    const one = await doctor({ [HUB]: checkup([FAILED]) }, [])
    expect(one).toMatchObject({ code: 1, stderr: 'signet: 1 check found something to mend\n' })
    expect(one.stdout).toMatch(/^failed +database +gone +Bring it back\.$/m)
    const two = await doctor({ [HUB]: checkup([FAILED, FAILED]) }, [])
    expect(two).toMatchObject({ code: 1, stderr: 'signet: 2 checks found something to mend\n' })
  })

  test('whose clock is another is found', async () => {
    const { code, stdout } = await doctor({ [HUB]: checkup(CHECKS, new Date(0)) }, [])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^warning +clocks .* set both clocks \(NTP\)$/m)
  })

  test('is JSON with --json, with the same exit code', async () => {
    const { code, stdout } = await doctor({ [HUB]: checkup([FAILED]) }, ['--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([FAILED, { name: 'clocks' }])
  })

  test('that does not run is said, exit 1', async () => {
    await using folder = await temporaryFolder()
    expect(await run({ argv: ['doctor'], cwd: folder.path })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('start it with signet start'),
    })
  })
})

describe('an id', () => {
  test('is a device, or else a service', async () => {
    const answers = {
      'GET /api/diagnostics/devices/pump': checkup(CHECKS),
      'GET /api/diagnostics/devices/backend': problem(404, 'device_not_found'),
      'GET /api/diagnostics/services/backend': checkup([FAILED]),
    }
    expect(await doctor(answers, ['pump'])).toMatchObject({ code: 0, stdout: expect.stringContaining('much room') })
    expect(await doctor(answers, ['backend'])).toMatchObject({ code: 1, stdout: expect.stringContaining('gone') })
  })

  test('that nobody has, or a hub that cannot say, is a sentence', async () => {
    const answers = {
      'GET /api/diagnostics/devices/nobody': problem(404, 'device_not_found'),
      'GET /api/diagnostics/services/nobody': problem(404, 'service_not_found'),
      'GET /api/diagnostics/devices/pump': problem(403, 'forbidden'),
    }
    expect((await doctor(answers, ['nobody'])).stderr).toBe('signet: No device or service is called "nobody"\n')
    expect((await doctor(answers, ['pump'])).stderr).toBe('signet: It is forbidden (forbidden)\n')
  })

  test('and a certificate are not asked about at once', async () => {
    const { code, requests } = await doctor({}, ['pump', '--certificate', 'x'])
    expect({ code, requests }).toEqual({ code: 2, requests: [] })
  })
})

describe('a certificate', async () => {
  const { cert, key } = await (await createForeignCa('CN=Else')).make({ commonNames: ['pump'] })
  const CALL = 'POST /api/diagnostics/certificate'

  test('that would be refused is told with the cause, exit 1, and moves no cursor', async () => {
    const { code, stdout, stderr, requests } = await doctor({ [CALL]: { body: VERDICT } }, ['--certificate', 'c.pem'], {
      'c.pem': cert,
    })
    expect(requests).toMatchObject([{ body: { certificate: cert } }])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'signet: This certificate would be refused (issuer_unknown)\n',
    })
    for (const line of [
      /^Let in +no$/m,
      /^Kind +-$/m,
      /^Expected +a certificate issued by CN=Signet$/m,
      /^What to do +Issue one here\.$/m,
      /^subject +CN=pump\\u001b\[31m$/m,
      /^Hint +Its key is Ed25519\.$/m,
    ]) {
      expect(stdout).toMatch(line)
    }
  })

  test('that would be let in is exit 0; DER goes as base64, and --json is what the hub said', async () => {
    const body = { ...VERDICT, admitted: true, cause: null }
    const der = Buffer.from(cert.replaceAll(/-----.*-----|\s/g, ''), 'base64')
    const finished = await doctor({ [CALL]: { body } }, ['--certificate', 'c.cer', '--json'], { 'c.cer': der })
    expect(finished).toMatchObject({
      code: 0,
      stderr: '',
      requests: [{ body: { certificate: der.toString('base64') } }],
    })
    expect(JSON.parse(finished.stdout)).toEqual(body)
  })

  test('beside its private key is not sent anywhere', async () => {
    const { code, stderr, requests } = await doctor({}, ['--certificate', 'both.pem'], { 'both.pem': `${cert}${key}` })
    expect({ code, requests }).toEqual({ code: 1, requests: [] })
    expect(stderr).toContain('The file holds a private key')
  })
})

describe('a support bundle', () => {
  const BUNDLE = 'GET /api/diagnostics/support-bundle'

  test('is saved as the hub gives it', async () => {
    const { code, stdout, stderr, requests } = await doctor({ [BUNDLE]: { type: 'application/zip', body: 'PK' } }, [
      '--bundle',
      'out.zip',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^out\.zip has no secret in it/)
    expect(requests.map(({ call }) => call)).toEqual([BUNDLE])
  })

  test('that the hub refuses leaves no file and says why', async () => {
    const { code, stderr } = await doctor({ [BUNDLE]: problem(403, 'forbidden') }, ['--bundle', 'out.zip'])
    expect(code).not.toBe(0)
    expect(stderr).toContain('It is forbidden')
  })

  for (const more of [['pump'], ['--certificate', 'a.pem']]) {
    test(`is of the hub alone, and not of ${more.join(' ')}`, async () => {
      const { code, stderr, requests } = await doctor({}, ['--bundle', 'out.zip', ...more], { 'a.pem': '' })
      expect(code).toBe(2)
      expect(stderr).toContain('--bundle is of the hub')
      expect(requests).toEqual([])
    })
  }
})
