import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'

const PREFIX = '/.well-known/acme-challenge/'
// RFC 8555 §8.3: a token holds characters of base64url alone, so that it can name no other file
const TOKEN = /^[\w-]{1,256}$/
const MAX_OCTETS = 4096

export function isChallengePath(path: string): boolean {
  return path.startsWith(PREFIX)
}

/** The answer to an ACME challenge that a client of it, such as certbot --webroot, has put into the folder; nothing where it has not. */
export async function readChallenge(folder: string, path: string): Promise<Buffer<ArrayBuffer> | undefined> {
  const token = path.slice(PREFIX.length)
  if (!TOKEN.test(token)) return undefined
  try {
    return await readWithin(folder, join(folder, PREFIX, token))
  } catch {
    // Whatever the reason, there is no such answer here.
    return undefined
  }
}

/** Follows no link that leads out of the folder, and opens nothing but a file. */
async function readWithin(folder: string, file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  const real = await realpath(file)
  if (!real.startsWith(`${await realpath(folder)}${sep}`)) return undefined
  await using handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if (!(await handle.stat()).isFile()) return undefined
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_OCTETS + 1))
  return bytesRead > MAX_OCTETS ? undefined : buffer.subarray(0, bytesRead)
}
