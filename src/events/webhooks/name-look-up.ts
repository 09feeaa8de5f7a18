import { lookup } from 'node:dns/promises'
import type { LookUp } from './target.ts'

// Node looks names up in four threads that it has for files and keys too: a server of names that is silent must leave some.
const AT_ONCE = 2

/** Asks the machine for the addresses of names, few at a time. */
export function createLookUp(): LookUp {
  const waiting: (() => void)[] = []
  let running = 0
  return async (hostname) => {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await lookup(hostname, { all: true })
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
