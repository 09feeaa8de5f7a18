import { describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config-loader.ts'
import { readProfile } from '../src/config-profiles.ts'

function load(text: string, env: NodeJS.Dict<string> = {}) {
  const readFile = (path: string): string => {
    if (path === '/hub/config.yaml') return text
    throw Object.assign(new Error('none'), { code: 'ENOENT' })
  }
  return loadConfig({ cwd: '/hub', env, flags: [], readFile }).config.profiles
}

test('a profile is written as a map, its durations with their units', () => {
  const profiles = load(`
profiles:
  short:
    validity: 15m
    key_algorithms: [ec-p256]
    san: ["URI:urn:example:{user}:{device}"]
    eku: [eapOverLAN]
    renew_before: 5m
  ten-years: { validity: 1y, max_validity: 10y }
`)
  expect(profiles).toEqual({
    short: {
      validity: 900,
      key_algorithms: ['ec-p256'],
      san: ['URI:urn:example:{user}:{device}'],
      eku: ['eapOverLAN'],
      renew_before: 300,
    },
    'ten-years': { validity: 31_536_000, max_validity: 315_360_000, key_algorithms: [], san: [], eku: [] },
  })
})

test('a variable takes JSON', () => {
  expect(load('', { SIGNET_PROFILES: '{"short": {"validity": "1m"}}' })).toMatchObject({ short: { validity: 60 } })
})

describe('the default profile', () => {
  test('is there when nobody wrote it, with the lives of before', () => {
    expect(readProfile({}, 'default')).toMatchObject({ validity: 365 * 86_400, max_validity: 3650 * 86_400 })
    expect(readProfile({}, 'constructor')).toBeUndefined()
  })

  test('is what is written, where it is', () => {
    expect(readProfile(load('profiles: { default: { validity: 30d } }'), 'default')).toEqual({
      validity: 30 * 86_400,
      key_algorithms: [],
      san: [],
      eku: [],
    })
  })
})

describe('refused', () => {
  for (const text of [
    'short: { validity: 59s }',
    'short: { validity: 11y }',
    'short: { validity: forever }',
    'short: { validity: 2d, max_validity: 1d }',
    'short: { validity: 15m, renew_before: 15m }',
    'short: { key_algorithms: [dsa] }',
    'short: { eku: [serverAuth] }',
    'short: { eku: ["2.5.29.37.0"] }',
    'short: { san: ["URI:urn:signet:user:{user}"] }',
    'short: { san: ["DNS:*.example.com"] }',
    'short: { days: 3 }',
    'Short: { validity: 1d }',
    '"a/b": { validity: 1d }',
    'short: 15m',
  ]) {
    test(text, () => {
      const [, name] = /^"?([^":]+)/.exec(text) ?? []
      expect(() => load(`profiles:\n  ${text}\n`)).toThrow(
        /config\.yaml:1 profiles: expected a map of profiles such as/,
      )
      expect(name).toBeDefined()
    })
  }

  test('a list', () => expect(() => load('profiles: [short]')).toThrow(/expected a map of profiles/))
})
