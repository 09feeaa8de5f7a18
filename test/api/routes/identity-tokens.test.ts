import { describe, expect, test } from 'vitest'
import { type Call, createHarness, NOW } from '../api-harness.ts'

const AT = NOW.toISOString()
const UNENDING = { createdAt: AT, expiresAt: null, lastUsedAt: null, revokedAt: null }

for (const [kind, path] of [
  ['device', '/api/devices/device-001/tokens'],
  ['service', '/api/services/backend/tokens'],
] as const) {
  const id = kind === 'device' ? 'device-001' : 'backend'

  describe(`the tokens of a ${kind}`, () => {
    test('are made, and shown this once', async () => {
      const { call, calls } = createHarness()
      const expiresAt = '2027-01-31T01:00:00+01:00'
      for (const request of [{}, { json: {} }, { json: { expiresAt } }]) {
        const { status, body } = await call(path, { method: 'POST', ...request })
        expect([status, body]).toEqual([201, { id: 'id-2', token: 'sgn_id-2_new' }])
      }
      const made = ['identityTokens.create', kind, id]
      const end = new Date('2027-01-31T00:00:00Z')
      expect(calls).toEqual([
        [...made, undefined],
        [...made, undefined],
        [...made, end],
      ])
    })

    test('are rotated', async () => {
      const { call, calls } = createHarness()
      const { status, body } = await call(`${path}/id-2/rotate`, { method: 'POST', json: {} })
      expect([status, body]).toEqual([201, { id: 'id-3', token: 'sgn_id-3_new' }])
      expect(calls).toEqual([['identityTokens.rotate', kind, id, 'id-2', undefined]])
    })

    test('are listed in the order of their ids, without secrets', async () => {
      const { call } = createHarness()
      const { status, body, text } = await call(path)
      const ended = { id: 'b', createdAt: AT, expiresAt: AT, lastUsedAt: AT, revokedAt: AT }
      expect([status, body]).toEqual([200, { items: [{ id: 'a', ...UNENDING }, ended], nextCursor: null }])
      expect(text).not.toContain('never shown')
    })

    test('are revoked', async () => {
      const { call, calls } = createHarness()
      expect((await call(`${path}/id-2`, { method: 'DELETE' })).status).toBe(204)
      expect(calls).toEqual([['identityTokens.revoke', kind, id, 'id-2']])
    })

    for (const { name, status, ...request } of [
      { name: 'an end that is no time', method: 'POST', json: { expiresAt: 'tomorrow' }, status: 400 },
      { name: 'what is not known', method: 'POST', json: { name: 'x' }, status: 400 },
      { name: 'a reader who would make one', method: 'POST', as: 'auditor', status: 403 },
      { name: 'nobody', as: 'nobody', status: 401 },
      { name: 'EMQX', as: 'validator', status: 403 },
    ] satisfies readonly (Call & { name: string; status: number })[]) {
      test(`refuse ${name}: ${status}`, async () => {
        const { call, calls } = createHarness()
        expect((await call(path, request)).status).toBe(status)
        expect(calls).toEqual([])
      })
    }
  })
}
