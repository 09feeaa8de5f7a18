import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const PATH = '/api/enrolment-tokens'
const CREATED = { status: 201, body: { id: 'k1', token: 'sgn_k1_secret', expiresAt: '2027-01-31T00:00:00.000Z' } }

for (const { name, argv, body } of [
  { name: 'an id', argv: ['pump'], body: { deviceId: 'pump' } },
  {
    name: 'a pattern, with every wish',
    argv: [
      ...['sensor-*', '--user', 'eva', '--policy', 'a', 'b', '--profile', 'short', '--uses', '5'],
      ...['--expires-at', '2027-01-31T00:00:00Z', '--on-existing', 'rotate', '--approval'],
    ],
    body: {
      deviceId: 'sensor-*',
      userId: 'eva',
      policies: ['a', 'b'],
      profile: 'short',
      uses: 5,
      expiresAt: '2027-01-31T00:00:00Z',
      onExisting: 'rotate',
      approval: true,
    },
  },
]) {
  test(`enrolment-token create prints the token for ${name}, and nothing else, on stdout`, async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ [`POST ${PATH}`]: CREATED }, { folder: folder.path })
    const finished = await run({ argv: ['enrolment-token', 'create', ...argv], cwd: folder.path })
    expect(finished).toMatchObject({ code: 0, stdout: 'sgn_k1_secret\n' })
    expect(finished.stderr).toContain('until 2027-01-31T00:00:00.000Z; it is not shown again')
    expect(hub.requests).toEqual([{ call: `POST ${PATH}`, body, authorization: undefined }])
  })
}

test('enrolment-token create writes the token to a file', async () => {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble({ [`POST ${PATH}`]: CREATED }, { folder: folder.path })
  const argv = ['enrolment-token', 'create', 'pump', '--out', 'token']
  expect(await run({ argv, cwd: folder.path })).toMatchObject({ code: 0, stdout: '' })
  expect(await readFile(join(folder.path, 'token'), 'utf8')).toBe('sgn_k1_secret\n')
})

test('enrolment-token create takes no count that is none', async () => {
  await using folder = await temporaryFolder()
  await using hub = await openHubDouble({}, { folder: folder.path })
  for (const uses of ['0', '-1', '1.5', 'many']) {
    const { code } = await run({ argv: ['enrolment-token', 'create', 'pump', '--uses', uses], cwd: folder.path })
    expect(code).toBe(2)
  }
  expect(hub.requests).toEqual([])
})

test('enrolment-token list shows what is left of each, and revoke ends one', async () => {
  await using folder = await temporaryFolder()
  const items = [
    { id: 'k1', deviceId: 's-*', userId: null, profile: 'short', state: 'active', uses: 1, maxUses: 5, approval: true },
    { id: 'k2', deviceId: 'p', userId: 'eva', profile: 'default', state: 'used', uses: 1, maxUses: 1, approval: false },
  ]
  const answers = {
    [`GET ${PATH}?limit=500`]: { body: { items, nextCursor: null } },
    [`DELETE ${PATH}/k1`]: { status: 204 },
  }
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  const { stdout } = await run({ argv: ['enrolment-token', 'list'], cwd: folder.path })
  expect(stdout).toMatch(/^k1 +s-\* +- +short +active +1\/5 +yes/m)
  expect(stdout).toMatch(/^k2 +p +eva +default +used +1\/1 +no/m)
  const revoked = await run({ argv: ['enrolment-token', 'revoke', 'k1'], cwd: folder.path })
  expect(revoked).toMatchObject({ code: 0, stdout: 'Enrolment token k1 is revoked\n' })
})
