import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { DomainError } from '../errors.ts'

export interface LocalSocketOptions {
  /** In a folder that only its owner may enter, and that is locked: what stands at the path is a dead hub's. */
  readonly path: string
  readonly onConnection: (socket: Socket) => void
}

const OWNER_ONLY = 0o600
// sockaddr_un.sun_path holds 108 octets, the terminating NUL included.
const MAX_PATH_OCTETS = 107

/** Listens on a Unix socket for the local command line; whoever may open it is the administrator. */
export async function openLocalSocket({ path, onConnection }: LocalSocketOptions): Promise<AsyncDisposable> {
  if (Buffer.byteLength(path) > MAX_PATH_OCTETS) {
    throw new DomainError(
      'file_unreachable',
      `${path} is too long for a socket (${MAX_PATH_OCTETS} octets): choose a shorter data_dir`,
    )
  }
  const server = createServer(onConnection)
  try {
    rmSync(path, { force: true })
    server.listen(path)
    await once(server, 'listening')
    chmodSync(path, OWNER_ONLY)
  } catch (error) {
    server.close()
    throw new DomainError('file_unreachable', `${path} cannot be opened: ${(error as Error).message}`, { cause: error })
  }
  return {
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
