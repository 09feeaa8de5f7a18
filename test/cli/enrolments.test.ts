import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble, problem } from './hub-double.ts'
import { run } from './terminal.ts'

const ITEM = {
  id: 'e1',
  deviceId: 'pump',
  state: 'pending',
  address: '192.0.2.7',
  requestedAt: '2026-01-01T00:00:00.000Z',
  keyThumbprint: 'abc',
}

test('enrolment list shows who waits, from where, and with which key', async () => {
  await using folder = await temporaryFolder()
  const page = { body: { items: [ITEM], nextCursor: null } }
  const answers = { 'GET /api/enrolments?limit=500': page, 'GET /api/enrolments?state=pending&limit=500': page }
  await using hub = await openHubDouble(answers, { folder: folder.path })
  const { stdout } = await run({ argv: ['enrolment', 'list'], cwd: folder.path })
  expect(stdout).toMatch(/^e1 +pump +pending +192\.0\.2\.7 +2026-01-01T\S+ +abc$/m)
  const json = await run({ argv: ['enrolment', 'list', '--state', 'pending', '--json'], cwd: folder.path })
  expect(JSON.parse(json.stdout)).toEqual([ITEM])
  expect(hub.requests).toHaveLength(2)
})

for (const [word, done] of [
  ['approve', 'approved'],
  ['reject', 'rejected'],
] as const) {
  test(`enrolment ${word} says whose it was`, async () => {
    await using folder = await temporaryFolder()
    const answers = {
      [`POST /api/enrolments/e1/${word}`]: { body: ITEM },
      [`POST /api/enrolments/e2/${word}`]: problem(404, 'enrolment_not_found'),
    }
    await using _hub = await openHubDouble(answers, { folder: folder.path })
    const told = await run({ argv: ['enrolment', word, 'e1'], cwd: folder.path })
    expect(told).toMatchObject({ code: 0, stdout: `The enrolment of device pump is ${done}\n` })
    expect(await run({ argv: ['enrolment', word, 'e2'], cwd: folder.path })).toMatchObject({ code: 1, stdout: '' })
  })
}
