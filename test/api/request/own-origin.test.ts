import { expect, test } from 'vitest'
import { originAsCome, originForOthers } from '../../../src/api/request/own-origin.ts'

const NAMES = ['localhost', 'hub.example.com', '192.0.2.1', '2001:db8::1']

for (const { url, publicHost, httpsPort = 3000, asCome, forOthers } of [
  {
    url: 'https://localhost:3000/a',
    publicHost: undefined,
    asCome: 'https://localhost:3000',
    forOthers: 'https://localhost:3000',
  },
  {
    url: 'https://localhost:3000/a',
    publicHost: 'hub.example.com',
    asCome: 'https://localhost:3000',
    forOthers: 'https://hub.example.com:3000',
  },
  {
    url: 'http://192.0.2.1/',
    publicHost: undefined,
    asCome: 'https://192.0.2.1:3000',
    forOthers: 'https://192.0.2.1:3000',
  },
  {
    url: 'https://[2001:DB8::1]/',
    publicHost: undefined,
    asCome: 'https://[2001:db8::1]:3000',
    forOthers: 'https://[2001:db8::1]:3000',
  },
  {
    url: 'https://evil.example/',
    publicHost: undefined,
    asCome: 'https://localhost:3000',
    forOthers: 'https://localhost:3000',
  },
  {
    url: 'https://evil.example/',
    publicHost: 'hub.example.com',
    asCome: 'https://hub.example.com:3000',
    forOthers: 'https://hub.example.com:3000',
  },
  {
    url: 'https://hub.example.com/',
    publicHost: undefined,
    httpsPort: 443,
    asCome: 'https://hub.example.com',
    forOthers: 'https://hub.example.com',
  },
]) {
  test(`who comes by ${url} (public_host ${publicHost}, port ${httpsPort}) is shown ${asCome}, and others ${forOthers}`, () => {
    const https = { serverNames: () => NAMES, publicHost, httpsPort }
    expect([originAsCome(url, https), originForOthers(url, https)]).toEqual([asCome, forOthers])
  })
}
