import { describe, expect, test } from 'vitest'
import { parseServerNames } from '../../src/ca/server-name.ts'

describe('a name in a server certificate', () => {
  for (const { text, type, value } of [
    { text: 'localhost', type: 'dns', value: 'localhost' },
    { text: 'Hub.Example.COM.', type: 'dns', value: 'hub.example.com' },
    { text: '4f2a1b9c0d1e', type: 'dns', value: '4f2a1b9c0d1e' },
    { text: 'hub.4x', type: 'dns', value: 'hub.4x' },
    { text: 'my_service', type: 'dns', value: 'my_service' },
    { text: '*.example.com', type: 'dns', value: '*.example.com' },
    { text: '3com.example', type: 'dns', value: '3com.example' },
    { text: 'münchen.de', type: 'dns', value: 'xn--mnchen-3ya.de' },
    { text: '10.0.0.7', type: 'ip', value: '10.0.0.7' },
    { text: '::1', type: 'ip', value: '::1' },
    { text: 'FE80:0:0:0:0:0:0:1', type: 'ip', value: 'fe80::1' },
    { text: '::ffff:1.2.3.4', type: 'ip', value: '::ffff:102:304' },
  ])
    test(`ok/${text} is the ${type} name ${value}`, () => expect(parseServerNames([text])).toEqual([{ type, value }]))

  for (const text of [
    '',
    ' ',
    'a b',
    '-a.example',
    'a-.example',
    'a..b',
    '256.1.1.1',
    '1.2.3',
    'hub:8883',
    'fe80::1%eth0',
    'a,DNS:b',
    '*',
    'a.*.b',
    'https://hub',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}ab`,
  ]) {
    test(`refused/${JSON.stringify(text.slice(0, 20))} is neither`, () =>
      expect(() => parseServerNames([text])).toThrow(expect.objectContaining({ code: 'profile_violation' })))
  }

  test('appears once, where it was first named', () => {
    const names = parseServerNames(['B', 'a', '::1', 'b.', '0:0:0:0:0:0:0:1', 'A'])
    expect(names.map(({ value }) => value)).toEqual(['b', 'a', '::1'])
  })
})
