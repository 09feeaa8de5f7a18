import { setImmediate as nextTurn } from 'node:timers/promises'

const ENDED_AT_ONCE = 50

/** Calls the first part of these now and each further one a turn of the event loop later; resolves once what they began is done. */
export async function endInTurns(ends: readonly (() => Promise<unknown>)[], begin = 0): Promise<void> {
  const next = begin + ENDED_AT_ONCE
  const closed = Promise.all(ends.slice(begin, next).map((end) => end()))
  // Not after these are closed: a socket that hangs keeps nobody else connected.
  const further = next < ends.length ? nextTurn().then(() => endInTurns(ends, next)) : undefined
  await Promise.all([closed, further])
}
