import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const HEX = 'ab'.repeat(32)
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':')
const PATH = `/api/certificates/${encodeURIComponent(FINGERPRINT)}`
const ITEM = {
  subjectId: 'pump',
  kind: 'device',
  state: 'pending',
  notAfter: null,
  firstSeenAt: null,
  serialNumber: '4A',
  fingerprint: 'AB',
}

async function signet(line: string, answers: Parameters<typeof openHubDouble>[0]) {
  await using folder = await temporaryFolder()
  await using hub = await openHubDouble(answers, { folder: folder.path })
  const finished = await run({ argv: ['certificate', ...line.split(' ')], cwd: folder.path })
  return { ...finished, requests: hub.requests }
}

describe('certificate list', () => {
  test('asks for what is wanted, page by page', async () => {
    const query = 'state=pending&deviceId=pump&expiresBefore=2027-01-31T00%3A00%3A00Z'
    const { stdout } = await signet('list --state pending --device pump --expires-before 2027-01-31T00:00:00Z', {
      [`GET /api/certificates?${query}&limit=500`]: { body: { items: [ITEM], nextCursor: 'c' } },
      [`GET /api/certificates?${query}&limit=500&cursor=c`]: { body: { items: [ITEM], nextCursor: null } },
    })
    const [head, ...rows] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^SUBJECT +KIND +STATE/)
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual(
      Array.from({ length: 2 }, () => ['pump', 'device', 'pending', '-', '-', '4A', 'AB']),
    )
  })

  test('asks by kind, fingerprint, serial number and end', async () => {
    const line = `list --kind server --fingerprint ${HEX} --serial 4a:11 --expires-after 2027-01-31T00:00:00Z`
    const query = `kind=server&fingerprint=${HEX}&serialNumber=4a%3A11&expiresAfter=2027-01-31T00%3A00%3A00Z`
    const answers = { [`GET /api/certificates?${query}&limit=500`]: { body: { items: [ITEM], nextCursor: null } } }
    expect((await signet(line, answers)).stdout).toContain('4A')
  })

  test('--json prints them as they are', async () => {
    const answers = { 'GET /api/certificates?limit=500': { body: { items: [ITEM], nextCursor: null } } }
    expect(JSON.parse((await signet('list --json', answers)).stdout)).toEqual([ITEM])
  })
})

for (const { line, call, body, sentence } of [
  { line: `approve ${HEX}`, call: 'approve', body: {}, sentence: `Certificate ${FINGERPRINT} is approved\n` },
  {
    line: `approve ${FINGERPRINT} --user ann`,
    call: 'approve',
    body: { userId: 'ann' },
    sentence: `Certificate ${FINGERPRINT} is approved\n`,
  },
  { line: `hold ${HEX}`, call: 'hold', body: undefined, sentence: `Certificate ${FINGERPRINT} is on hold\n` },
  {
    line: `unhold ${HEX}`,
    call: 'unhold',
    body: undefined,
    sentence: `Certificate ${FINGERPRINT} is no longer on hold\n`,
  },
  { line: `reject ${HEX}`, call: 'reject', body: undefined, sentence: `Certificate ${FINGERPRINT} is rejected\n` },
]) {
  test(`certificate ${line.replaceAll(/[0-9A-F:]{64,}/gi, 'FINGERPRINT')}`, async () => {
    const { stdout, requests } = await signet(line, { [`POST ${PATH}/${call}`]: { body: {} } })
    expect(stdout).toBe(sentence)
    expect(requests).toMatchObject([{ call: `POST ${PATH}/${call}`, body }])
  })
}

test('what is no fingerprint is refused before the hub is asked', async () => {
  const { code, stderr, requests } = await signet('approve AB', {})
  expect({ code, stderr, requests }).toEqual({ code: 1, stderr: expect.stringMatching(/SHA-256/), requests: [] })
})
