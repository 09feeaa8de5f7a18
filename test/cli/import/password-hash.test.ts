import { createHash, pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { describeFault, passwordOf, readEmqxHash, readMosquittoHash } from '../../../src/cli/import/password-hash.ts'

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

  for (const { why, text, hashing } of [
    { why: 'plain is none of', text: 'public', hashing: { algorithm: 'plain' } },
    { why: 'md5 is none of', text: 'ab', hashing: { algorithm: 'md5' } },
    { why: 'not hexadecimal', text: BCRYPT, hashing: { algorithm: 'sha256' } },
    { why: 'needs --iterations', text: 'ab', hashing: { algorithm: 'pbkdf2' } },
    { why: 'over sha is not', text: 'ab', hashing: { algorithm: 'pbkdf2', iterations: 1, macFunction: 'sha' } },
    { why: 'no bcrypt', text: '$2b$10$abc', hashing: { algorithm: 'bcrypt' } },
    { why: 'middle is none of', text: 'ab', hashing: { algorithm: 'sha256', saltPosition: 'middle' } },
  ]) {
    test(`refused/${why}`, () => expect(readEmqxHash(text, salt, hashing)).toContain(why))
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

  for (const { text, why } of [
    { text: '', why: 'it is no hash' },
    { text: 'plain', why: 'it is no hash' },
    { text: '$5$a$b', why: '$5$ is none of $6$ and $7$' },
    { text: '$6$only', why: 'its $6$ hash is damaged' },
    { text: '$6$?$?', why: 'its $6$ hash is damaged' },
    { text: '$6$YQ==$YQ==$more', why: 'its $6$ hash is damaged' },
    { text: '$7$x$YQ==$YQ==', why: 'its $7$ hash is damaged' },
    { text: '$7$0$YQ==$YQ==', why: 'its $7$ hash is damaged' },
    { text: '$7$101$YQ==', why: 'its $7$ hash is damaged' },
    { text: '$argon2id$v=19$m=1', why: '$argon2id$ is none of $6$ and $7$' },
  ]) {
    test(`refused/${text}`, () => expect(readMosquittoHash(text)).toContain(why))
  }
})

test('a hash that can be read is a credential, and of another it is told why not', () => {
  const hash = { algorithm: 'bcrypt', digest: BCRYPT } as const
  expect([passwordOf('pump', hash), describeFault('pump', hash)]).toEqual([
    { legacyCredential: { userName: 'pump', hash } },
    [],
  ])
  expect([passwordOf('pump', 'why'), describeFault('pump', 'why')]).toEqual([
    {},
    ['The password of pump is left out: why'],
  ])
})
