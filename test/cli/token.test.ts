import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { openHubDouble } from './hub-double.ts'
import { run } from './terminal.ts'

describe('token create prints the token, and nothing else, on stdout', () => {
  for (const { argv, body } of [
    { argv: [], body: { name: 'ci', role: 'operator' } },
    {
      argv: ['--expires-at', '2027-01-31T00:00:00Z'],
      body: { name: 'ci', role: 'operator', expiresAt: '2027-01-31T00:00:00Z' },
    },
  ]) {
    test(`for ${JSON.stringify(body)}`, async () => {
      await using folder = await temporaryFolder()
      const answers = { 'POST /api/tokens': { status: 201, body: { id: 'k1', token: 'sgn_k1_secret' } } }
      await using hub = await openHubDouble(answers, { folder: folder.path })
      const finished = await run({ argv: ['token', 'create', 'ci', '--role', 'operator', ...argv], cwd: folder.path })
      expect(finished).toMatchObject({ code: 0, stdout: 'sgn_k1_secret\n' })
      expect(finished.stderr).toBe('Token k1 has the role operator; it is not shown again\n')
      expect(hub.requests[0]?.body).toEqual(body)
    })
  }
})

test('token list shows when each was used and when it ends', async () => {
  await using folder = await temporaryFolder()
  const item = {
    id: 'k1',
    name: 'ci',
    role: 'auditor',
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: null,
    lastUsedAt: '2026-01-02T00:00:00.000Z',
    revokedAt: null,
  }
  const answers = { 'GET /api/tokens?limit=500': { body: { items: [item], nextCursor: null } } }
  await using _hub = await openHubDouble(answers, { folder: folder.path })
  const { stdout } = await run({ argv: ['token', 'list'], cwd: folder.path })
  expect(stdout).toMatch(/^k1 +ci +auditor +2026-01-01T\S+ +- +2026-01-02T\S+ +-$/m)
})

test('token revoke revokes by id', async () => {
  await using folder = await temporaryFolder()
  await using hub = await openHubDouble({ 'DELETE /api/tokens/k%2F1': { status: 204 } }, { folder: folder.path })
  const { code, stdout } = await run({ argv: ['token', 'revoke', 'k/1'], cwd: folder.path })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Token k/1 is revoked\n' })
  expect(hub.requests).toHaveLength(1)
})
