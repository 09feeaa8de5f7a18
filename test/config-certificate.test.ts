import { describe, expect, test } from 'vitest'
import { createConfig } from '../src/config.ts'
import { findHalfSetCertificates, httpsCertificate, mqttsCertificate } from '../src/config-certificate.ts'
import { loadConfig } from '../src/config-loader.ts'

const PAIR = { cert_file: 'cert.pem', key_file: 'key.pem' }

describe('what a listener shows', () => {
  test('is the pair that is named for it, and only for it', () => {
    const https = createConfig({ ssl: PAIR })
    expect(httpsCertificate(https)).toEqual({ setting: 'ssl', certificateFile: 'cert.pem', keyFile: 'key.pem' })
    expect(mqttsCertificate(https)).toBeUndefined()
    const mqtts = createConfig({ mqtt: { ssl: PAIR } })
    expect(mqttsCertificate(mqtts)).toMatchObject({ setting: 'mqtt.ssl' })
    expect(httpsCertificate(mqtts)).toBeUndefined()
  })

  test("is the hub's own where that is asked for", () => {
    expect(httpsCertificate(createConfig({ ssl: { ...PAIR, enabled: false } }))).toBeUndefined()
  })
})

describe('one of two that go together', () => {
  for (const { name, input, refused = [], expected } of [
    { name: 'none', input: {}, expected: [] },
    { name: 'both', input: { ssl: PAIR, mqtt: { ssl: { ...PAIR, ca_file: 'ca.pem' } } }, expected: [] },
    { name: 'a certificate', input: { ssl: { cert_file: 'a' } }, expected: [/ssl\.key_file must be set too/] },
    { name: 'a key', input: { ssl: { key_file: 'a' } }, expected: [/ssl\.cert_file must be set too/] },
    { name: 'a key of MQTTS', input: { mqtt: { ssl: { key_file: 'a' } } }, expected: [/mqtt\.ssl\.cert_file must/] },
    { name: 'a CA alone', input: { mqtt: { ssl: { ca_file: 'a' } } }, expected: [/^mqtt\.ssl\.ca_file says/] },
    {
      name: 'what was refused and is named already',
      input: { ssl: { key_file: 'a' } },
      refused: ['ssl.cert_file'],
      expected: [],
    },
  ]) {
    test(name, () => {
      const faults = findHalfSetCertificates(createConfig(input), new Set(refused))
      expect(faults).toHaveLength(expected.length)
      for (const [index, pattern] of expected.entries()) expect(faults[index]).toMatch(pattern)
    })
  }
})

test('a file is found from where its name is written', () => {
  const files: Readonly<Record<string, string>> = { '/etc/signet/hub.yaml': 'ssl:\n  cert_file: ssl/cert.pem\n' }
  const { config } = loadConfig({
    cwd: '/home/ann',
    env: {},
    flags: ['--ssl-key-file', './key.pem'],
    configFile: '/etc/signet/hub.yaml',
    readFile(path) {
      const text = files[path]
      if (text !== undefined) return text
      throw Object.assign(new Error(path), { code: 'ENOENT' })
    },
  })
  expect(config.ssl).toEqual({
    enabled: true,
    cert_file: '/etc/signet/ssl/cert.pem',
    key_file: '/home/ann/key.pem',
  })
})
