import { compare, hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import type { PasswordHash } from '../../src/registry/legacy-credential.ts'
import { isPassword } from '../../src/registry/password-hash.ts'

interface Vector {
  readonly name: string
  readonly password: string
  readonly hash: PasswordHash
}

const VECTORS: readonly Vector[] = [
  {
    name: 'SHA-256 without a salt (FIPS 180-4)',
    password: 'abc',
    hash: {
      algorithm: 'sha256',
      digest: base64('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
      salt: '',
      saltPosition: 'prefix',
    },
  },
  {
    name: 'SHA-256, salt first',
    password: 'bc',
    hash: {
      algorithm: 'sha256',
      digest: base64('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
      salt: Buffer.from('a').toString('base64'),
      saltPosition: 'prefix',
    },
  },
  {
    name: 'SHA-256, salt last',
    password: 'a',
    hash: {
      algorithm: 'sha256',
      digest: base64('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'),
      salt: Buffer.from('bc').toString('base64'),
      saltPosition: 'suffix',
    },
  },
  {
    name: 'PBKDF2 with HMAC-SHA-256 (RFC 7914 §11)',
    password: 'passwd',
    hash: {
      algorithm: 'pbkdf2',
      digest: base64(
        '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
      ),
      salt: Buffer.from('salt').toString('base64'),
      iterations: 1,
      macFunction: 'sha256',
    },
  },
  {
    name: 'a line of mosquitto_passwd, $7$',
    password: 'correct horse',
    hash: {
      algorithm: 'pbkdf2',
      digest: 'FBivZNOE+EeV8uNOIieoBda4EiZI7ZOvqDWVxc3ZjP3i0zC8uhlL36cBDaXo8mJjTgjvQIkHyTwRqtRH5o174A==',
      salt: 'a5ST6g1xUy3p3Zi6',
      iterations: 101,
      macFunction: 'sha512',
    },
  },
  {
    name: 'a line of mosquitto_passwd, $6$',
    password: 'correct horse',
    hash: {
      algorithm: 'sha512',
      digest: 'uHevBqbuu21auZU5vNhRdRZpyrj6pCXwSCc0rsBhMLoZiPiskhTNBeLkA1Cj4CPAU8vHUSJPBDmzNeQ+0PjCew==',
      salt: '8Oai3akwVWU6z9qa',
      saltPosition: 'suffix',
    },
  },
  {
    name: 'bcrypt',
    password: 'correct horse',
    hash: { algorithm: 'bcrypt', digest: hashSync('correct horse', 4) },
  },
]

describe('a password', () => {
  for (const { name, password, hash } of VECTORS) {
    test(`is known by ${name}, and no other`, async () => {
      expect(await isPassword(Buffer.from(password), hash, compare)).toBe(true)
      for (const other of [`${password}x`, password.toUpperCase(), '']) {
        expect(await isPassword(Buffer.from(other), hash, compare)).toBe(false)
      }
    })
  }

  test('of octets that are no text is none of bcrypt’s', async () => {
    const hash = { algorithm: 'bcrypt', digest: hashSync('\uFFFD', 4) } as const
    expect(await isPassword(Buffer.from([0xff]), hash, compare)).toBe(false)
    expect(await isPassword(Buffer.from('\uFFFD'), hash, compare)).toBe(true)
  })

  test('is not the one behind a digest of another length', async () => {
    const hash = { algorithm: 'sha256', digest: 'AAAA', salt: '', saltPosition: 'prefix' } as const
    expect(await isPassword(Buffer.from('abc'), hash, compare)).toBe(false)
  })
})

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
