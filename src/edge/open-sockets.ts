import type { Socket } from 'node:net'

/** Every socket that was accepted and is still open; disposing it closes those that nobody else has closed by then. */
export class OpenSockets implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()

  add(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sockets].map(closeSocket))
  }
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.destroy()
  })
}
