import { describe, expect, test } from 'vitest'
import { createConfig } from '../src/config.ts'
import { findHsmFaults, hsmSettings } from '../src/config-ca-key.ts'
import { loadConfig } from '../src/config-loader.ts'

const HSM = { module: '/lib/softhsm.so', token_label: 'signet', key_label: 'ca', pin: '1234' } as const

type Ca = NonNullable<NonNullable<Parameters<typeof createConfig>[0]>['ca']>

const faultsOf = (ca: Ca, refused: readonly string[] = []) => findHsmFaults(createConfig({ ca }), new Set(refused))

describe('an HSM', () => {
  test('is none unless one is named', () => {
    expect(hsmSettings(createConfig())).toBeUndefined()
    expect(faultsOf({})).toEqual([])
  })

  test('is a module, a token and a key', () => {
    const config = createConfig({ ca: { hsm: { ...HSM, slot: 7 } } })
    expect(hsmSettings(config)).toEqual({
      module: '/lib/softhsm.so',
      slot: 7,
      tokenLabel: 'signet',
      keyLabel: 'ca',
      pin: '1234',
    })
    expect(faultsOf({ hsm: { ...HSM, slot: 7 } })).toEqual([])
  })

  for (const { name, ca, fault } of [
    { name: 'no module', ca: { hsm: { token_label: 'a', key_label: 'b' } }, fault: /^ca\.hsm\.module must be set/ },
    { name: 'no key', ca: { hsm: { module: '/a', token_label: 'a' } }, fault: /^ca\.hsm\.key_label must be set/ },
    {
      name: 'no token',
      ca: { hsm: { module: '/a', key_label: 'b' } },
      fault: /^ca\.hsm\.token_label, or ca\.hsm\.slot/,
    },
    { name: 'a passphrase for a file', ca: { hsm: HSM, passphrase: 'long enough' }, fault: /set one of them/ },
    { name: 'a root above it', ca: { hsm: HSM, hierarchy: 'two_tier' }, fault: /choose single/ },
    { name: 'Ed25519', ca: { hsm: HSM, key_algorithm: 'ed25519' }, fault: /ec-p256/ },
  ] as const) {
    test(`refused/${name}`, () => {
      expect(faultsOf(ca)).toEqual([expect.stringMatching(fault)])
    })
  }

  test('of which a value was refused is not complained of twice', () => {
    expect(faultsOf({ hsm: { key_label: 'b' } }, ['ca.hsm.module'])).toEqual([])
  })
})

test('passphrase and PIN are read from files, and shown nowhere', () => {
  const files: Readonly<Record<string, string>> = {
    '/etc/passphrase': 'from a file\n',
    '/etc/pin': '4321\n',
  }
  const readFile = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' })
    return text
  }
  const load = (env: Readonly<Record<string, string>>) => loadConfig({ cwd: '/', env, flags: [], readFile })
  expect(load({ SIGNET_CA__PASSPHRASE_FILE: '/etc/passphrase' }).config.ca.passphrase).toBe('from a file')
  const hsm = {
    SIGNET_CA__HSM__MODULE: '/lib/softhsm.so',
    SIGNET_CA__HSM__TOKEN_LABEL: 'signet',
    SIGNET_CA__HSM__KEY_LABEL: 'ca',
    SIGNET_CA__HSM__PIN_FILE: '/etc/pin',
  }
  expect(load(hsm).config.ca.hsm.pin).toBe('4321')
  expect(() => load({ ...hsm, SIGNET_CA__PASSPHRASE: 'hidden word' })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('hidden word') }),
  )
})
