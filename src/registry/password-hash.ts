import { isUtf8 } from 'node:buffer'
import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { CompareBcrypt } from './bcrypt-thread.ts'
import type { PasswordHash } from './legacy-credential.ts'

type DigestHash = Exclude<PasswordHash, { readonly algorithm: 'bcrypt' }>

const derive = promisify(pbkdf2)

/** Whether this is the password behind the hash. */
export async function isPassword(password: Buffer, hash: PasswordHash, compareBcrypt: CompareBcrypt): Promise<boolean> {
  if (hash.algorithm === 'bcrypt') {
    // As text, other octets would be replaced, and many passwords be one.
    return isUtf8(password) && compareBcrypt(password.toString('utf8'), hash.digest)
  }
  const expected = Buffer.from(hash.digest, 'base64')
  const found = await digestOf(password, hash, expected.length)
  return found.length === expected.length && timingSafeEqual(found, expected)
}

async function digestOf(password: Buffer, hash: DigestHash, length: number): Promise<Buffer> {
  const salt = Buffer.from(hash.salt, 'base64')
  if (hash.algorithm === 'pbkdf2') return derive(password, salt, hash.iterations, length, hash.macFunction)
  const parts = hash.saltPosition === 'prefix' ? [salt, password] : [password, salt]
  return createHash(hash.algorithm).update(Buffer.concat(parts)).digest()
}
