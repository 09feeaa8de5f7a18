import { describe, expect, test } from 'vitest'
import { createHarness, NOW } from '../api-harness.ts'

const AT = NOW.toISOString()

describe('health', () => {
  test('GET /api/health/logging tells status and level', async () => {
    expect((await createHarness().call('/api/health/logging')).body).toEqual({ status: 'ok', level: 'info' })
  })

  test('GET /livez answers while the process does', async () => {
    const { call } = createHarness({ readiness: [{ name: 'database', isReady: () => false }] })
    const answer = await call('/livez')
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  for (const { name, disk, status, expected } of [
    { name: 'is 200 when every check is good', disk: true, status: 200, expected: 'ok' },
    { name: 'is 503 and names the check that failed', disk: false, status: 503, expected: 'failed' },
  ]) {
    test(`GET /readyz ${name}`, async () => {
      const readiness = [
        { name: 'database', isReady: () => true },
        { name: 'file_handles', isReady: async () => disk },
      ] as const
      const answer = await createHarness({ readiness }).call('/readyz')
      expect(answer.status).toBe(status)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const checks = [
        { name: 'database', ok: true },
        { name: 'file_handles', ok: disk },
      ]
      expect(answer.body).toEqual({ status: expected, checks })
    })
  }
})

describe('GET /api/time', () => {
  test('tells the time', async () => {
    expect((await createHarness().call('/api/time')).body).toEqual({ now: AT })
  })

  test('signs nonce and time', async () => {
    const { body } = await createHarness().call('/api/time?nonce=abc%2B1')
    expect(body).toEqual({
      now: AT,
      nonce: 'abc+1',
      signature: `signed:signet-time-1\nabc+1\n${AT}`,
      certificate: 'PEM',
    })
  })

  for (const { name, nonce } of [
    { name: 'an empty nonce', nonce: '' },
    { name: 'a nonce of 129 characters', nonce: 'x'.repeat(129) },
    { name: 'a nonce with a line feed', nonce: 'a%0Ab' },
  ]) {
    test(`refuses ${name} and signs nothing`, async () => {
      const signed: string[] = []
      const signTime = (text: string) => {
        signed.push(text)
        return { signature: '', certificate: '' }
      }
      const answer = await createHarness({ signTime }).call(`/api/time?nonce=${nonce}`)
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'nonce' }] } })
      expect(signed).toEqual([])
    })
  }
})
