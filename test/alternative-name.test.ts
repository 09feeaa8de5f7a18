import { describe, expect, test } from 'vitest'
import { fillName, isNameTemplate } from '../src/alternative-name.ts'

describe('a name of a certificate, filled with ids', () => {
  for (const { template, device = 'pump', user = 'eva', filled } of [
    { template: 'URI:urn:example:{user}:{device}', filled: { type: 'url', value: 'urn:example:eva:pump' } },
    { template: 'URI:urn:e:{device}', device: 'aa:bb@x', filled: { type: 'url', value: 'urn:e:aa%3Abb%40x' } },
    { template: 'URI:https://example.com/d/{device}', filled: { type: 'url', value: 'https://example.com/d/pump' } },
    { template: 'DNS:{device}.Example.com', device: 'Pump-1', filled: { type: 'dns', value: 'pump-1.example.com' } },
    // RFC 5280 §4.2.1.6: no name of DNS
    { template: 'DNS:{device}.example.com', device: 'aa:bb', filled: undefined },
    { template: 'DNS:{device}', device: '10.0.0.1', filled: undefined },
    { template: 'DNS:{device}.example.com', device: 'a_b', filled: undefined },
    // Whose certificate it is says the hub alone.
    { template: 'URI:urn:signet:administrator:{device}', filled: undefined },
    { template: 'URI:urn:{user}:administrator:{device}', user: 'signet', filled: undefined },
    { template: 'URI:URN:Signet:service:x', filled: undefined },
  ] as const) {
    test(`${template} for ${device} of ${user} is ${filled?.value ?? 'none'}`, () => {
      expect(fillName(template, { device, user })).toEqual(filled)
    })
  }

  test('has no user where there is none', () => {
    expect(fillName('URI:urn:e:{user}:{device}', { device: 's' })).toBeUndefined()
    expect(fillName('URI:urn:e:{device}', { device: 's' })?.value).toBe('urn:e:s')
  })
})

describe('a template', () => {
  for (const { template, is } of [
    { template: 'URI:urn:example:{user}:{device}', is: true },
    { template: 'DNS:{device}.example.com', is: true },
    { template: 'DNS:*.example.com', is: false },
    { template: 'DNS:{device}..com', is: false },
    { template: 'IP:10.0.0.1', is: false },
    { template: 'URI:{device}', is: false },
    { template: 'URI:{device}:x', is: false },
    { template: 'URI:urn:x:{serial}', is: false },
    { template: 'URI:urn:x:{device} y', is: false },
    { template: 'urn:x:{device}', is: false },
    { template: '', is: false },
  ]) {
    test(`${template} ${is ? 'is' : 'is not'} one`, () => expect(isNameTemplate(template)).toBe(is))
  }
})
