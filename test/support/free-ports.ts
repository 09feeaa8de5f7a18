import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below those that Linux (from 32768 on) and others (RFC 6335 §6: from 49152 on) give to whoever asks for any: with dozens of
// tests beside, one of those would be somebody's before the program has opened it.
const [FIRST, BEHIND_LAST] = [20_000, 32_000]

/** Ports that were free a moment ago, for programs that take no port 0. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = randomInt(FIRST, BEHIND_LAST)
    if (await isFree(port)) found.add(port)
  }
  return [...found]
}

async function isFree(port: number): Promise<boolean> {
  await using server = createServer()
  const opened = once(server, 'listening')
  server.listen(port)
  try {
    await opened
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false
    throw error
  }
}
