import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const ROTATION = {
  id: 'r1',
  state: 'running',
  filter: {},
  perMinute: 60,
  deadline: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  gathered: true,
}
const PROGRESS = { ...ROTATION, progress: { waiting: 5, told: 4, renewed: 3, connected: 2, late: 1 } }

async function signet(argv: readonly string[], answers: Parameters<typeof openHubDouble>[0] = {}) {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'old-ca.pem'), 'PEM')
  await using hub = await openHubDouble(answers, { folder: folder.path })
  const finished = await run({ argv: ['rotate', ...argv], cwd: folder.path })
  return { ...finished, requests: hub.requests }
}

describe('rotate start', () => {
  for (const { flags, body } of [
    { flags: ['--all'], body: { filter: { all: true } } },
    { flags: ['--device', 'pump'], body: { filter: { deviceId: 'pump' } } },
    { flags: ['--user', 'me', '--per-minute', '600'], body: { filter: { userId: 'me' }, perMinute: 600 } },
    { flags: ['--issued-by', 'old-ca.pem'], body: { filter: { issuedBy: 'PEM' } } },
    {
      flags: ['--key-algorithm', 'rsa-2048', '--expires-before', 'T1', '--deadline', 'T2'],
      body: { filter: { keyAlgorithm: 'rsa-2048', expiresBefore: 'T1' }, deadline: 'T2' },
    },
  ]) {
    test(flags.join(' '), async () => {
      const { stdout, requests } = await signet(['start', ...flags], { 'POST /api/rotations': { body: PROGRESS } })
      expect(requests).toMatchObject([{ call: 'POST /api/rotations', body }])
      expect(stdout).toMatch(/^Rotation +r1\nState +running\nWhom +all\n/)
      expect(stdout).toMatch(/Waiting +5\nTold +4\nRenewed +3\nConnected +2\nLate +1\n$/)
    })
  }

  test('of nobody named is refused before anything is asked', async () => {
    const { code, stderr, requests } = await signet(['start', '--per-minute', '5'])
    expect({ code, requests }).toEqual({ code: 1, requests: [] })
    expect(stderr).toMatch(/^signet: Say which devices: .* --all\n$/)
  })

  test('at no pace is a wrong call', async () => {
    expect(await signet(['start', '--all', '--per-minute', '0'])).toMatchObject({ code: 2, requests: [] })
  })
})

test('rotate list and show print tables, or JSON', async () => {
  const page = (items: readonly object[]) => ({ body: { items, nextCursor: null } })
  const answers = {
    'GET /api/rotations?limit=500': page([
      ROTATION,
      { ...ROTATION, id: 'r2', filter: { deviceId: 'pump', issuedBy: 'PEM' } },
    ]),
    'GET /api/rotations/r1': { body: PROGRESS },
    'GET /api/rotations/r1/devices?limit=500': page([{ deviceId: 'pump', state: 'told', toldAt: 'T' }]),
    'GET /api/rotations/r1/devices?state=late&limit=500': page([]),
  }
  expect((await signet(['list'], answers)).stdout).toMatch(
    /^ROTATION +STATE +WHOM.*\nr1 +running +all .*\nr2 +running +deviceId pump, issuedBy /,
  )
  expect(JSON.parse((await signet(['show', 'r1', '--json'], answers)).stdout)).toEqual(PROGRESS)
  expect((await signet(['show', 'r1', '--devices'], answers)).stdout).toMatch(/\npump +told +T\n$/)
  expect(JSON.parse((await signet(['show', 'r1', '--devices', 'late', '--json'], answers)).stdout)).toEqual([])
})

for (const [word, state] of [
  ['pause', 'paused'],
  ['resume', 'running'],
  ['cancel', 'cancelled'],
] as const) {
  test(`rotate ${word}`, async () => {
    const answers = { [`POST /api/rotations/r1/${word}`]: { body: { ...ROTATION, state } } }
    expect((await signet([word, 'r1'], answers)).stdout).toBe(`Rotation r1 is ${state}\n`)
  })
}
