import { expect, test } from 'vitest'
import { createHarness, NOW, PUBLISHED_LISTS, publishedRevocations } from '../api-harness.ts'

for (const { path, type, text } of [
  { path: '/pki/ca.crl', type: 'application/pkix-crl', text: 'complete' },
  { path: '/pki/ca.crl.pem', type: 'application/x-pem-file', text: 'PEM' },
  { path: '/pki/dp.crl', type: 'application/pkix-crl', text: 'for distribution points' },
]) {
  test(`${path} is ${type} for anybody, over plain HTTP too`, async () => {
    const { call } = createHarness()
    const origin = { surface: 'http', address: '192.0.2.7', loopback: false } as const
    const answer = await call(`http://localhost${path}`, { as: 'nobody', origin })
    expect(answer).toMatchObject({ status: 200, text })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': type,
      'content-length': String(text.length),
      'cache-control': 'public, max-age=3600',
      etag: '"7"',
      'last-modified': 'Sun, 01 Mar 2026 12:00:00 GMT',
      expires: 'Sun, 08 Mar 2026 12:00:00 GMT',
    })
  })
}

for (const { name, headers, status } of [
  { name: 'its tag', headers: { 'if-none-match': '"7"' }, status: 304 },
  { name: 'its tag, weak, among others', headers: { 'if-none-match': '"6", W/"7"' }, status: 304 },
  { name: 'any tag', headers: { 'if-none-match': '*' }, status: 304 },
  { name: 'another tag', headers: { 'if-none-match': '"6"' }, status: 200 },
  { name: 'its time', headers: { 'if-modified-since': NOW.toUTCString() }, status: 304 },
  { name: 'an earlier time', headers: { 'if-modified-since': 'Sun, 01 Mar 2026 11:59:59 GMT' }, status: 200 },
  { name: 'no time', headers: { 'if-modified-since': 'yesterday' }, status: 200 },
  {
    name: 'another tag, whatever the time',
    headers: { 'if-none-match': '"6"', 'if-modified-since': NOW.toUTCString() },
    status: 200,
  },
]) {
  test(`a caller that names ${name} is answered ${status}`, async () => {
    const { call } = createHarness()
    const answer = await call('/pki/ca.crl', { as: 'nobody', headers })
    expect(answer.status).toBe(status)
    expect(answer.text).toBe(status === 304 ? '' : 'complete')
    expect(answer.headers.get('etag')).toBe('"7"')
  })
}

test('nobody is told to keep a list longer than it holds', async () => {
  const nextUpdate = new Date(NOW.getTime() + 90_500)
  const { call } = createHarness({ revocationLists: publishedRevocations({ ...PUBLISHED_LISTS, nextUpdate }) })
  expect((await call('/pki/dp.crl')).headers.get('cache-control')).toBe('public, max-age=90')
  const over = createHarness({ revocationLists: publishedRevocations({ ...PUBLISHED_LISTS, nextUpdate: NOW }) })
  expect((await over.call('/pki/dp.crl')).headers.get('cache-control')).toBe('public, max-age=0')
})
