import { expect, test } from 'vitest'
import { readUrlHost } from '../../../src/api/request/url-host.ts'

for (const { url, hostname, canonical = hostname } of [
  { url: 'http://localhost:3000/api/mode', hostname: 'localhost' },
  { url: 'http://localhost:3000/api/devices?x=http://other.example/', hostname: 'localhost' },
  { url: 'https://localhost/', hostname: 'localhost' },
  { url: 'http://hub.example.com./', hostname: 'hub.example.com.', canonical: 'hub.example.com' },
  { url: 'http://localhost:3000/api/mode', hostname: 'localhost' },
  { url: 'http://127.1/', hostname: '127.0.0.1' },
  { url: 'http://[2001:DB8::1]:3000/', hostname: '[2001:db8::1]', canonical: '2001:db8::1' },
  { url: 'http://localhost@evil.example/', hostname: 'evil.example' },
  { url: 'http://evil.example/@localhost/', hostname: 'evil.example' },
  { url: 'http://localhost', hostname: 'localhost' },
]) {
  test(`${url} is at ${canonical}, whatever was asked before`, () => {
    expect(readUrlHost(url)).toMatchObject({ hostname, canonical })
    expect(readUrlHost(url)).toMatchObject({ hostname: new URL(url).hostname, canonical })
  })
}

test('what is no http URL has none', () => expect(() => readUrlHost('file:///etc/passwd')).toThrow('Invalid URL'))
