import { describe, expect, test } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { explainPkcs11, loadPkcs11 } from '../../../src/ca/hsm/pkcs11.ts'
import { DomainError } from '../../../src/errors.ts'

const said = (message: string, code?: number) => Object.assign(new Error(message), code === undefined ? {} : { code })

describe('what a token says', () => {
  for (const { name, error, code, sentence } of [
    {
      name: 'CKR_PIN_INCORRECT',
      error: said('CKR_PIN_INCORRECT', 0xa0),
      code: 'passphrase_wrong',
      sentence: /pin_file/,
    },
    { name: 'CKR_PIN_LOCKED', error: said('CKR_PIN_LOCKED', 0xa4), code: 'passphrase_wrong', sentence: /vendor/ },
    {
      name: 'CKR_DEVICE_REMOVED',
      error: said('CKR_DEVICE_REMOVED\n    at C_Sign', 0x32),
      code: 'hsm_unavailable',
      sentence:
        /^The HSM behind \/lib\.so does not answer as it should \(CKR_DEVICE_REMOVED\): see that the token is there/,
    },
    {
      name: 'nothing of PKCS#11',
      error: said('dlopen', undefined),
      code: 'hsm_unavailable',
      sentence: /dlopen.*ca\.hsm\.module/,
    },
    {
      name: 'a code that is a word',
      error: Object.assign(said('no'), { code: 'EIO' }),
      code: 'hsm_unavailable',
      sentence: /no/,
    },
    { name: 'no error at all', error: 'gone', code: 'hsm_unavailable', sentence: /gone/ },
  ]) {
    test(`${name} is ${code}`, () => {
      expect(explainPkcs11(error, '/lib.so')).toMatchObject({ code, message: expect.stringMatching(sentence) })
    })
  }

  test('what has a name already keeps it', () => {
    const named = new DomainError('key_mismatch', 'another')
    expect(explainPkcs11(named, '/lib.so')).toBe(named)
  })
})

test('a package that is missing is named with what compiles it', () => {
  try {
    expect(loadPkcs11().Crypto).toBeTypeOf('function')
  } catch (error) {
    expect(error).toMatchObject({
      code: 'hsm_unavailable',
      message: expect.stringContaining('a C++ compiler, make and Python'),
    })
  }
  expect(Object.keys(manifest.optionalDependencies)).toContain('node-webcrypto-p11')
  expect(Object.keys(manifest.dependencies)).not.toContain('node-webcrypto-p11')
})
