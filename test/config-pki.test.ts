import { expect, test } from 'vitest'
import { type ConfigInput, createConfig } from '../src/config.ts'
import { publication } from '../src/config-pki.ts'

const RULES: readonly { name: string; input: ConfigInput; expected: string | undefined }[] = [
  { name: 'nothing said', input: {}, expected: undefined },
  {
    name: 'public_host',
    input: { public_host: 'hub.example.com' },
    expected: 'http://hub.example.com:3000',
  },
  {
    name: 'an IPv6 address',
    input: { public_host: '2001:db8::1', api: { port: 80 } },
    expected: 'http://[2001:db8::1]',
  },
  {
    name: 'one port for all',
    input: { public_host: 'hub.example.com', listen: { single: 8443 } },
    expected: 'http://hub.example.com:8443',
  },
  { name: 'a port of chance', input: { public_host: 'hub.example.com', api: { port: 0 } }, expected: undefined },
  {
    name: 'pki.public_url',
    input: { public_host: 'hub.example.com', pki: { public_url: 'http://pki.example.com/' } },
    expected: 'http://pki.example.com',
  },
]

for (const { name, input, expected } of RULES) {
  test(`with ${name}, certificates name ${expected ? `documents at ${expected}` : 'nothing'}`, () => {
    const paths = { crl: '/pki/dp.crl', caCertificate: '/pki/authorities/0a/ca.cer' }
    expect(publication(createConfig(input), paths)).toEqual(
      expected && {
        distributionPoint: `${expected}/pki/dp.crl`,
        ocsp: `${expected}/pki/ocsp`,
        caIssuers: `${expected}/pki/authorities/0a/ca.cer`,
      },
    )
  })
}
