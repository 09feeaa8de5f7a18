import type { Socket } from 'node:net'

/**
 * Closes at once, and throws away what the kernel has not sent yet. `speaker` is the TLS socket on top of it, if there is
 * one. While a goodbye is on its way libuv refuses a reset and Node then never closes the handle, not even at its own end:
 * such a socket is closed without one.
 */
export function resetSocket(raw: Socket, speaker: Socket = raw): void {
  if (isEnding(raw) || isEnding(speaker)) raw.destroy()
  else raw.resetAndDestroy()
}

function isEnding({ writableEnded, writableFinished }: Socket): boolean {
  return writableEnded && !writableFinished
}
