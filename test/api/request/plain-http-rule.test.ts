import { describe, expect, test } from 'vitest'
import { judgePlainHttp, type PlainHttpPolicy } from '../../../src/api/request/plain-http-rule.ts'

const POLICY: PlainHttpPolicy = {
  serverNames: [
    'localhost',
    '127.0.0.1',
    '::1',
    'Hub-1',
    'hub.example.com',
    '*.iot.example.com',
    '192.0.2.1',
    '2001:DB8::1',
  ],
  publicHost: 'hub.example.com',
  httpsPort: 3000,
  loopbackHttp: true,
}

interface Row {
  readonly url: string
  readonly loopback?: boolean
  readonly policy?: Partial<PlainHttpPolicy>
  readonly expected: string
}

/** `serve`, `refuse`, or status and location. */
function judge({ url, loopback = false, policy }: Row): string {
  const path = new URL(url).pathname
  const verdict = judgePlainHttp({ path, url, loopback }, { ...POLICY, ...policy })
  return verdict.action === 'redirect' ? `${verdict.status} ${verdict.location}` : verdict.action
}

function describeRows(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    for (const row of rows) {
      const from = row.loopback ? 'loopback' : 'afar'
      test(`${row.expected}: ${row.url} from ${from} ${row.policy ? JSON.stringify(row.policy) : ''}`, () =>
        expect(judge(row)).toBe(row.expected))
    }
  })
}

describeRows('what is public is served to anybody', [
  { url: 'http://hub.example.com:3000/pki/ca.pem', expected: 'serve' },
  { url: 'http://anything.example/pki/dp.crl', expected: 'serve' },
  { url: 'http://anything.example/pki', expected: 'serve' },
  { url: 'http://hub.example.com/pki/', expected: 'serve' },
  { url: 'http://hub.example.com/livez', expected: 'serve' },
  { url: 'http://hub.example.com/readyz', expected: 'serve' },
  { url: 'http://hub.example.com/api/time?nonce=1', expected: 'serve' },
  { url: 'http://localhost/api/health/logging', loopback: true, expected: 'serve' },
  { url: 'http://localhost/api/health/logging', policy: { loopbackHttp: false }, loopback: true, expected: 'serve' },
])

describeRows('the API is served to loopback addresses', [
  { url: 'http://localhost:3000/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://LOCALHOST/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://localhost./api/devices', loopback: true, expected: 'serve' },
  { url: 'http://127.8.9.1:3000/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://[::1]:3000/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://hub.example.com/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://hub-1/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://a.iot.example.com/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://192.0.2.1/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://[2001:db8:0::1]/api/devices', loopback: true, expected: 'serve' },
  { url: 'http://localhost/api', loopback: true, expected: 'serve' },
])

describeRows('a page whose name was made to resolve to loopback is refused', [
  { url: 'http://evil.example/api/devices', loopback: true, expected: 'refuse' },
  { url: 'http://localhost.evil.example/api/devices', loopback: true, expected: 'refuse' },
  { url: 'http://hub.example.com.evil.example/api/devices', loopback: true, expected: 'refuse' },
  { url: 'http://a.b.iot.example.com/api/devices', loopback: true, expected: 'refuse' },
  { url: 'http://198.51.100.9/api/devices', loopback: true, expected: 'refuse' },
  { url: 'http://iot.example.com/api/devices', loopback: true, expected: 'refuse' },
])

describeRows('all else is redirected to HTTPS', [
  { url: 'http://hub.example.com:3000/api/devices?q=1', expected: '308 https://hub.example.com:3000/api/devices?q=1' },
  { url: 'http://hub.example.com/', expected: '308 https://hub.example.com:3000/' },
  { url: 'http://HUB-1/console', expected: '308 https://hub-1:3000/console' },
  { url: 'http://b.iot.example.com/', expected: '308 https://b.iot.example.com:3000/' },
  { url: 'http://192.0.2.1/', expected: '308 https://192.0.2.1:3000/' },
  { url: 'http://[2001:db8::1]/', expected: '308 https://[2001:db8::1]:3000/' },
  { url: 'http://hub.example.com/', policy: { httpsPort: 443 }, expected: '308 https://hub.example.com/' },
  {
    url: 'http://hub.example.com/openapi.json',
    loopback: true,
    expected: '308 https://hub.example.com:3000/openapi.json',
  },
  { url: 'http://hub.example.com/apiary', loopback: true, expected: '308 https://hub.example.com:3000/apiary' },
  { url: 'http://hub.example.com/pkix', expected: '308 https://hub.example.com:3000/pkix' },
  { url: 'http://hub.example.com/livez/x', expected: '308 https://hub.example.com:3000/livez/x' },
  {
    url: 'http://localhost/api/devices',
    loopback: true,
    policy: { loopbackHttp: false },
    expected: '307 https://localhost:3000/api/devices',
  },
  { url: 'http://localhost:3000/', loopback: true, expected: '307 https://localhost:3000/' },
  { url: 'http://127.0.0.1/', expected: '307 https://127.0.0.1:3000/' },
  { url: 'http://[::1]/', expected: '307 https://[::1]:3000/' },
])

describeRows('no redirect leads to a name that is not ours', [
  { url: 'http://evil.example/a', expected: '308 https://hub.example.com:3000/a' },
  { url: 'http://evil.example/a', loopback: true, expected: '308 https://hub.example.com:3000/a' },
  { url: 'http://hub.example.com//evil.example/x', expected: '308 https://hub.example.com:3000//evil.example/x' },
  { url: 'http://hub.example.com/\\evil.example', expected: '308 https://hub.example.com:3000//evil.example' },
  {
    url: 'http://hub.example.com/a%0d%0aSet-Cookie:b',
    expected: '308 https://hub.example.com:3000/a%0d%0aSet-Cookie:b',
  },
  { url: 'http://user:secret@hub.example.com/a', expected: '308 https://hub.example.com:3000/a' },
  { url: 'http://hub.example.com@evil.example/a', expected: '308 https://hub.example.com:3000/a' },
  { url: 'http://evil.example/a', policy: { publicHost: undefined }, expected: '308 https://hub-1:3000/a' },
  {
    url: 'http://evil.example/a',
    policy: { publicHost: undefined, serverNames: ['localhost', '192.0.2.1', '*.example.com', 'b.example.com'] },
    expected: '308 https://b.example.com:3000/a',
  },
  {
    url: 'http://evil.example/a',
    policy: { publicHost: undefined, serverNames: ['localhost', '::1'] },
    expected: '307 https://localhost:3000/a',
  },
])
