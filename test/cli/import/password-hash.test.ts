import { createHash, pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readEmqxHash, readMosquittoHash } from '../../../src/cli/import/password-hash.ts'

const BCRYPT = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}

describe("EMQX's hashes", () => {
  const salt = 'de1024f462fb83910fd13151bd4bd235'
  const digest = createHash('sha256').update(`${salt}public`).digest()

  test('have a digest in hexadecimal, and the text of the salt', () => {
    const hash = readEmqxHash(digest.toString('hex'), salt, { algorithm: 'sha256' })
    expect(hash).toEqual({ algorithm: 'sha256', digest: base64(digest), salt: base64(salt), saltPosition: 'prefix' })
    const recomputed = createHash('sha256')
      .update(Buffer.from(hash?.salt ?? '', 'base64'))
      .update('public')
      .digest('base64')
    expect(recomputed).toBe(hash?.digest)
  })

  for (const { name, text, hashing, expected } of [
    {
      name: 'a salt behind the password',
      text: 'ab',
      hashing: { algorithm: 'sha512', saltPosition: 'suffix' },
      expected: { algorithm: 'sha512', digest: 'qw==', salt: base64(salt), saltPosition: 'suffix' },
    },
    {
      name: 'no salt',
      text: 'ab',
      hashing: { algorithm: 'sha256', saltPosition: 'disable' },
      expected: { algorithm: 'sha256', digest: 'qw==' },
    },
    {
      name: 'pbkdf2',
      text: 'AB',
      hashing: { algorithm: 'pbkdf2', iterations: 4096, macFunction: 'sha512' },
      expected: { algorithm: 'pbkdf2', digest: 'qw==', salt: base64(salt), iterations: 4096, macFunction: 'sha512' },
    },
    {
      name: 'bcrypt',
      text: BCRYPT,
      hashing: { algorithm: 'bcrypt' },
      expected: { algorithm: 'bcrypt', digest: BCRYPT },
    },
  ]) {
    test(`ok/${name}`, () => expect(readEmqxHash(text, salt, hashing)).toEqual(expected))
  }

  for (const { name, text, hashing } of [
    { name: 'a plain password', text: 'public', hashing: { algorithm: 'plain' } },
    { name: 'MD5', text: 'ab', hashing: { algorithm: 'md5' } },
    { name: 'pbkdf2 of unknown rounds', text: 'ab', hashing: { algorithm: 'pbkdf2' } },
    { name: 'pbkdf2 over SHA-1', text: 'ab', hashing: { algorithm: 'pbkdf2', iterations: 1, macFunction: 'sha' } },
    { name: 'half a bcrypt', text: '$2b$10$abc', hashing: { algorithm: 'bcrypt' } },
    { name: 'a salt anywhere', text: 'ab', hashing: { algorithm: 'sha256', saltPosition: 'middle' } },
  ]) {
    test(`refused/${name}`, () => expect(readEmqxHash(text, salt, hashing)).toBeUndefined())
  }
})

describe("Mosquitto's hashes", () => {
  test('$6$ is SHA-512 of password and salt', () => {
    const salt = Buffer.from('0123456789ab', 'hex')
    const digest = createHash('sha512').update('secret').update(salt).digest('base64')
    expect(readMosquittoHash(`$6$${base64(salt)}$${digest}`)).toEqual({
      algorithm: 'sha512',
      digest,
      salt: base64(salt),
      saltPosition: 'suffix',
    })
  })

  test('$7$ is PBKDF2 with SHA-512', () => {
    const salt = Buffer.alloc(12, 7)
    const digest = pbkdf2Sync('secret', salt, 101, 64, 'sha512').toString('base64')
    expect(readMosquittoHash(`$7$101$${base64(salt)}$${digest}`)).toEqual({
      algorithm: 'pbkdf2',
      digest,
      salt: base64(salt),
      iterations: 101,
      macFunction: 'sha512',
    })
  })

  for (const text of [
    '',
    'plain',
    '$5$a$b',
    '$6$only',
    '$6$?$?',
    '$7$x$YQ==$YQ==',
    '$7$0$YQ==$YQ==',
    '$7$101$YQ==',
    '$argon2id$v=19$m=1',
  ]) {
    test(`refused/${text}`, () => expect(readMosquittoHash(text)).toBeUndefined())
  }
})
