import type { Socket } from 'node:net'

/** Resolves when a socket is closed, however it ended; with the code of its error. */
export function closing(socket: Socket): Promise<string | undefined> {
  socket.on('error', () => undefined)
  return new Promise((resolve) => {
    socket.once('close', () => resolve((socket.errored as NodeJS.ErrnoException | null)?.code))
    socket.resume()
  })
}
