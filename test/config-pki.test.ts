import { expect, test } from 'vitest'
import { type ConfigInput, createConfig } from '../src/config.ts'
import { publicUrl } from '../src/config-pki.ts'

const RULES: readonly { name: string; input: ConfigInput; expected: string | undefined }[] = [
  { name: 'nothing said', input: {}, expected: undefined },
  {
    name: 'public_host',
    input: { public_host: 'hub.example.com' },
    expected: 'http://hub.example.com:3000/pki/dp.crl',
  },
  {
    name: 'an IPv6 address',
    input: { public_host: '2001:db8::1', api: { port: 80 } },
    expected: 'http://[2001:db8::1]/pki/dp.crl',
  },
  {
    name: 'one port for all',
    input: { public_host: 'hub.example.com', listen: { single: 8443 } },
    expected: 'http://hub.example.com:8443/pki/dp.crl',
  },
  { name: 'a port of chance', input: { public_host: 'hub.example.com', api: { port: 0 } }, expected: undefined },
  {
    name: 'pki.public_url',
    input: { public_host: 'hub.example.com', pki: { public_url: 'http://pki.example.com/' } },
    expected: 'http://pki.example.com/pki/dp.crl',
  },
]

for (const { name, input, expected } of RULES) {
  test(`with ${name}, certificates name ${expected ?? 'no distribution point'}`, () => {
    expect(publicUrl(createConfig(input), '/pki/dp.crl')).toBe(expected)
  })
}
