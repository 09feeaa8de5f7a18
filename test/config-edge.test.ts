import { describe, expect, test } from 'vitest'
import { parseEndpoint } from '../src/config-edge.ts'

describe('a port, or a host with one', () => {
  for (const { text, host, port } of [
    { text: '0', host: '::', port: 0 },
    { text: '443', host: '::', port: 443 },
    { text: '0.0.0.0:443', host: '0.0.0.0', port: 443 },
    { text: 'hub.example.com:65535', host: 'hub.example.com', port: 65_535 },
    { text: '[::]:8443', host: '::', port: 8443 },
    { text: '[2001:db8::7]:8443', host: '2001:db8::7', port: 8443 },
  ]) {
    test(`ok/${text}`, () => expect(parseEndpoint(text)).toEqual({ host, port }))
  }

  for (const text of [
    '',
    ':443',
    'hub',
    '443:',
    '::',
    '::1:443',
    '[::1]',
    '[::1]443',
    '[hub]:443',
    '[127.0.0.1]:443',
    'hub:65536',
    'hub:0443',
    'hub:-1',
    'hub:443 ',
    'https://hub:443',
    '1.2.3:443',
  ]) {
    test(`refused/${text}`, () => expect(parseEndpoint(text)).toBeUndefined())
  }
})
