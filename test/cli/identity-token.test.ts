import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

const CREATED = { status: 201, body: { id: 'k1', token: 'sgn_k1_secret' } }

for (const [kind, path] of [
  ['device', '/api/devices/a%3A1/tokens'],
  ['service', '/api/services/a%3A1/tokens'],
] as const) {
  describe(`${kind} token`, () => {
    for (const { name, argv, call, body } of [
      { name: 'create', argv: ['create', 'a:1'], call: `POST ${path}`, body: {} },
      {
        name: 'create with an end',
        argv: ['create', 'a:1', '--expires-at', '2027-01-31T00:00:00Z'],
        call: `POST ${path}`,
        body: { expiresAt: '2027-01-31T00:00:00Z' },
      },
      { name: 'rotate', argv: ['rotate', 'a:1', 'k/0'], call: `POST ${path}/k%2F0/rotate`, body: {} },
    ]) {
      test(`${name} prints the token, and nothing else, on stdout`, async () => {
        await using folder = await temporaryFolder()
        await using hub = await openHubDouble({ [call]: CREATED }, { folder: folder.path })
        const finished = await run({ argv: [kind, 'token', ...argv], cwd: folder.path })
        expect(finished).toMatchObject({ code: 0, stdout: 'sgn_k1_secret\n' })
        expect(finished.stderr).toBe(`Token k1 is made for ${kind} a:1; it is not shown again\n`)
        expect(hub.requests).toMatchObject([{ call, body }])
      })
    }

    test('list shows when each was used and when it ends', async () => {
      await using folder = await temporaryFolder()
      const [createdAt, lastUsedAt] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z']
      const items = [{ id: 'k1', createdAt, expiresAt: null, lastUsedAt, revokedAt: null }]
      const answers = { [`GET ${path}?limit=500`]: { body: { items, nextCursor: null } } }
      await using _hub = await openHubDouble(answers, { folder: folder.path })
      const { stdout } = await run({ argv: [kind, 'token', 'list', 'a:1'], cwd: folder.path })
      expect(stdout).toMatch(/^k1 +2026-01-01T\S+ +- +2026-01-02T\S+ +-$/m)
      const json = await run({ argv: [kind, 'token', 'list', 'a:1', '--json'], cwd: folder.path })
      expect(JSON.parse(json.stdout)).toEqual(items)
    })

    test('revoke revokes by id', async () => {
      await using folder = await temporaryFolder()
      await using hub = await openHubDouble({ [`DELETE ${path}/k1`]: { status: 204 } }, { folder: folder.path })
      const { code, stdout } = await run({ argv: [kind, 'token', 'revoke', 'a:1', 'k1'], cwd: folder.path })
      expect({ code, stdout }).toEqual({ code: 0, stdout: `Token k1 of ${kind} a:1 is revoked\n` })
      expect(hub.requests).toHaveLength(1)
    })
  })
}

describe('a token that is written to a file', () => {
  test('is readable by its owner alone, and printed nowhere', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble({ 'POST /api/devices/pump/tokens': CREATED }, { folder: folder.path })
    await writeFile(join(folder.path, 'token'), 'before', { mode: 0o644 })
    const argv = ['device', 'token', 'create', 'pump', '--out', 'token']
    const { code, stdout, stderr } = await run({ argv, cwd: folder.path })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).not.toContain('secret')
    expect(await readFile(join(folder.path, 'token'), 'utf8')).toBe('sgn_k1_secret\n')
    expect((await stat(join(folder.path, 'token'))).mode & 0o777).toBe(0o600)
    expect((await readdir(folder.path)).toSorted()).toEqual(['data', 'token'])
  })

  test('costs none when the file cannot be written', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble({ 'POST /api/devices/pump/tokens': CREATED }, { folder: folder.path })
    await mkdir(join(folder.path, 'token'))
    await chmod(join(folder.path, 'token'), 0o755)
    for (const out of ['token', 'nowhere/token']) {
      const argv = ['device', 'token', 'create', 'pump', '--out', out]
      const { code, stderr } = await run({ argv, cwd: folder.path })
      expect(code).toBe(1)
      expect(stderr).toContain(`The file ${join(folder.path, out)} cannot take the token`)
    }
    expect(hub.requests).toEqual([])
  })
})
