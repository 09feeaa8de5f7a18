import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Answers, openHubDouble } from './hub-double.ts'
import { type Call, run } from './terminal.ts'

const ENTRY = {
  number: 7,
  at: '2026-03-01T12:00:00.000Z',
  actor: 'local',
  role: 'admin',
  action: 'device.revoke',
  object: 'device-001',
  surface: 'socket',
  address: 'hub.sock',
  result: 'done',
  requestId: null,
  previousHash: '',
  hash: 'ab',
}
const GOOD = { ok: true, entries: 7, head: 'ab', brokenAt: null, missingBefore: null, isFound: null }

describe('audit', () => {
  test('list prints the entries', async () => {
    const { code, stdout } = await ask(['list'], { 'GET /api/audit?limit=500': { body: { items: [ENTRY] } } })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^NUMBER.*\n7 .*local.*device\.revoke.*device-001.*socket hub\.sock.*done/)
  })

  test('list asks for what is wanted', async () => {
    const call =
      'GET /api/audit?q=dev&action=device.revoke&since=2026-01-01T00%3A00%3A00Z&until=2026-02-01T00%3A00%3A00Z&limit=500'
    const argv = ['list', '--search', 'dev', '--action', 'device.revoke', '--json']
    const times = ['--since', '2026-01-01T00:00:00Z', '--until', '2026-02-01T00:00:00Z']
    const { code, stdout } = await ask([...argv, ...times], { [call]: { body: { items: [ENTRY] } } })
    expect([code, JSON.parse(stdout)]).toEqual([0, [ENTRY]])
  })

  test('export prints the lines as they are', async () => {
    const lines = `${JSON.stringify(ENTRY)}\n`
    const { stdout } = await ask(['export'], { 'GET /api/audit/export': { type: 'application/x-ndjson', body: lines } })
    expect(stdout).toBe(lines)
  })

  test('export prints what comes piece by piece, whatever a piece ends with', async () => {
    const line = JSON.stringify({ ...ENTRY, object: 'прибор' })
    const octets = Buffer.from(`${line}\n`)
    const pieces = [...octets].map((octet) => Buffer.of(octet))
    expect((await exportFrom(pieces)).stdout).toBe(`${line}\n`)
  })

  test('export ends when nobody reads it any more', async () => {
    const output = new AbortController()
    const { code } = await exportFrom(endless(), { outputEnded: output.signal, onOutput: () => output.abort() })
    expect(code).toBe(0)
  })

  for (const { argv, verdict, code, output } of [
    { argv: [], verdict: GOOD, code: 0, output: /^7 entries follow from each other; the newest is ab\n$/ },
    { argv: [], verdict: { ...GOOD, entries: 0, head: null }, code: 0, output: /^There are no entries yet\n$/ },
    { argv: ['--json'], verdict: GOOD, code: 0, output: /^\{\n {2}"ok": true/ },
    { argv: [], verdict: { ...GOOD, ok: false, brokenAt: 3 }, code: 1, output: /Entry 3 does not follow/ },
    { argv: ['--json'], verdict: { ...GOOD, ok: false, brokenAt: 3 }, code: 1, output: /"brokenAt": 3[\s\S]*Entry 3/ },
    { argv: [], verdict: { ...GOOD, ok: false, missingBefore: 4 }, code: 1, output: /before 4 are gone/ },
  ]) {
    test(`verify ${argv.join(' ')} ends with ${code} where ${JSON.stringify(verdict)}`, async () => {
      const finished = await ask(['verify', ...argv], { 'GET /api/audit/verification': { body: verdict } })
      expect(finished.code).toBe(code)
      expect(finished.stdout + finished.stderr).toMatch(output)
    })
  }

  test('verify says that a hash is not there', async () => {
    const body = { ...GOOD, ok: false, isFound: false }
    const { code, stderr } = await ask(['verify', '--hash', 'cd'], { 'GET /api/audit/verification?hash=cd': { body } })
    expect([code, stderr]).toEqual([1, expect.stringContaining('None of the 7 entries has that hash')])
  })
})

/** A hub that does not know how much will come. */
async function exportFrom(pieces: Iterable<Uint8Array>, call: Pick<Call, 'outputEnded' | 'onOutput'> = {}) {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  await using server = createServer((_request, response) => void Readable.from(pieces).pipe(response))
  await once(server.listen(join(folder.path, 'data', 'hub.sock')), 'listening')
  return await run({ argv: ['audit', 'export'], cwd: folder.path, ...call })
}

function* endless(): Generator<Uint8Array> {
  for (;;) yield Buffer.from(`${JSON.stringify(ENTRY)}\n`)
}

async function ask(argv: readonly string[], answers: Answers) {
  await using folder = await temporaryFolder()
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  return await run({ argv: ['audit', ...argv], cwd: folder.path })
}
