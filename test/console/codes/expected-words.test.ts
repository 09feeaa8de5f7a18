import { afterEach, describe, expect, test } from 'vitest'
import { tellExpected } from '../../../src/console/codes/expected-words.ts'
import { language } from '../../../src/console/language.ts'
import { createExpectations } from '../../../src/registry/expectations.ts'

const AT = '2026-11-22T12:00:00.000Z'

// As those who refuse write them, where the cause alone does not say it.
const OF_ONE_REFUSAL = [
  'a CONNECT of at most 16384 bytes',
  'a CONNECT within 10 s',
  'a certificate of a device',
  `a certificate valid at ${AT}, the time of the hub's clock`,
  'a client that trusts CN=Signet Root CA',
  `a clock between ${AT} and ${AT}`,
  'a handshake within 10 s',
  'a name other than pump-1',
  'a token named eva, of the role admin or one that it includes',
  'admin or operator',
  'admin or operator or auditor',
  'an administrator',
  'at most 200 by limits.connections',
  'cert_pem = "${cert_pem}" in the body, from EMQX 5.7.1 or newer',
  'client id pump-1 or pump-1:<suffix>',
  'device pump-1 in the state active',
  `no CONNECT before ${AT}`,
  'one of the names DNS:localhost',
  'service bridge in the state active',
  'the certificate AA:BB of device pump-1',
  'the certificate AA:BB of service bridge',
  'the hub, or one of mqtt.allowed_origins',
  'the user name pump-1',
]

// The same in both languages.
const NAMES = ['the extendedKeyUsage clientAuth (1.3.6.1.5.5.7.3.2)']

afterEach(() => {
  language.value = 'en'
})

describe('what would have been let in is told in Russian, with all that it names:', () => {
  for (const expected of [...Object.values(createExpectations('CN=Root\nO=Works')), ...OF_ONE_REFUSAL]) {
    test(expected, () => {
      expect(tellExpected(expected)).toBe(expected)
      language.value = 'ru'
      const told = tellExpected(expected)
      if (!NAMES.includes(expected)) expect(told).toMatch(/[а-яё]{2}/)
      expect(told).not.toMatch(/\$\d|\b(?:an?|the|of|or|in|that|which)\b/)
      for (const name of expected.match(/\S*(?:[A-Z]{2}|\d)\S*[^\s,:]/g) ?? []) expect(told).toContain(name)
    })
  }
})

test('what is not known in Russian, or is a name, is told as the hub says it', () => {
  language.value = 'ru'
  expect(tellExpected('a moon that is full')).toBe('a moon that is full')
  expect(tellExpected('CN=pump-1')).toBe('CN=pump-1')
})
