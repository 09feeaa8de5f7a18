import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { OcspAnswer } from '../../../src/ca/ocsp-responder.ts'
import { createHarness, NOW } from '../api-harness.ts'

const PLAIN = { surface: 'http', address: '192.0.2.7', loopback: false } as const
const LIFE = { madeAt: NOW, nextUpdate: new Date(NOW.getTime() + 12 * 3_600_000) }

/** Answers with the request itself, in hexadecimal. */
function createScene(life?: OcspAnswer['life']) {
  const answerOcsp = async (request: Uint8Array): Promise<OcspAnswer> => ({
    body: Buffer.from(Buffer.from(request).toString('hex')),
    ...(life ? { life } : {}),
  })
  return createHarness({ answerOcsp })
}

describe('a question by POST', () => {
  test('is answered for anybody, over plain HTTP too', async () => {
    const { call } = createScene()
    const body = Buffer.from('3003ff', 'hex')
    const answer = await call('/pki/ocsp', {
      as: 'nobody',
      origin: PLAIN,
      method: 'POST',
      body,
      headers: { 'content-type': 'application/ocsp-request' },
    })
    expect(answer).toMatchObject({ status: 200, text: '3003ff' })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/ocsp-response',
      'content-length': '6',
      'cache-control': 'no-store',
    })
  })

  test('of any size is answered, and read only as far as a question may be long', async () => {
    const { call } = createScene()
    const ask = (octets: number) => call('/pki/ocsp', { method: 'POST', body: Buffer.alloc(octets, 1) })
    expect((await ask(16_384)).text).toHaveLength(2 * 16_384)
    expect(await ask(16_385)).toMatchObject({ status: 200, text: '' })
    expect(await call('/pki/ocsp', { method: 'POST' })).toMatchObject({ status: 200, text: '' })
  })

  test('of another method is refused', async () => {
    const { call } = createScene()
    expect((await call('/pki/ocsp')).status).toBe(405)
    expect((await call('/pki/ocsp', { method: 'PUT', body: 'x' })).status).toBe(405)
  })
})

// Base64 with each of its characters that a path may have trouble with.
const BASE64 = '//+/+w=='
const HEX = 'ffffbffb'

describe('a question by GET', () => {
  for (const { name, path } of [
    { name: 'URL-encoded', path: encodeURIComponent(BASE64) },
    { name: 'as it is', path: BASE64 },
    { name: 'with its slashes alone encoded', path: BASE64.replaceAll('/', '%2f') },
    { name: 'with its plus signs alone encoded', path: BASE64.replaceAll('+', '%2B') },
    { name: 'without its padding', path: BASE64.replaceAll('=', '') },
  ]) {
    test(`is read from the path ${name}`, async () => {
      const { call } = createScene()
      expect(await call(`/pki/ocsp/${path}`, { as: 'nobody', origin: PLAIN })).toMatchObject({ status: 200, text: HEX })
    })
  }

  for (const path of ['%', '%ff', 'a%20b', '..%2F', 'MFE=x', '%2525']) {
    test(`${path} is nothing, and answered so`, async () => {
      const { call } = createScene()
      expect(await call(`/pki/ocsp/${path}`, { as: 'nobody' })).toMatchObject({ status: 200, text: '' })
    })
  }

  test('is kept by caches for minutes, though the answer holds for hours', async () => {
    const { call } = createScene(LIFE)
    const { headers } = await call('/pki/ocsp/MAA=')
    const tag = `"${createHash('sha256').update('3000').digest('hex')}"`
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'public, max-age=300, no-transform, must-revalidate',
      etag: tag,
      'last-modified': NOW.toUTCString(),
      expires: LIFE.nextUpdate.toUTCString(),
    })
    const again = await call('/pki/ocsp/MAA=', { headers: { 'if-none-match': tag } })
    expect(again).toMatchObject({ status: 304, text: '' })
    const post = { method: 'POST', body: Buffer.from('3000', 'hex'), headers: { 'if-none-match': tag } }
    expect((await call('/pki/ocsp', post)).status).toBe(200)
  })

  test('is kept no longer than the answer holds', async () => {
    const nextUpdate = new Date(NOW.getTime() + 90_500)
    const { call } = createScene({ madeAt: NOW, nextUpdate })
    expect((await call('/pki/ocsp/MAA=')).headers.get('cache-control')).toContain('max-age=90,')
  })
})
