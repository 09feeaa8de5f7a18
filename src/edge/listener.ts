import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { DomainError } from '../errors.ts'

export interface ListenerOptions {
  /** "::" is every address of the machine, IPv4 too. */
  readonly host: string
  readonly port: number
  /** Those that name host and port, for the sentence that says what to mend. */
  readonly settings: { readonly host: string; readonly port: string }
  readonly onConnection: (socket: Socket) => void
}

/** An open TCP port; disposing it stops accepting and leaves the connections to their owners. */
export interface Listener extends AsyncDisposable {
  readonly port: number
}

const BACKLOG = 1024
const EVERYWHERE = '::'
const EVERYWHERE_IPV4 = '0.0.0.0'
// A machine whose kernel was started without IPv6 still has every IPv4 address.
const NO_SUCH_ADDRESS: ReadonlySet<string | undefined> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'])

/** Listens; throws `port_unavailable` with the cause and the setting that mends it. */
export async function openListener({ host, port, settings, onConnection }: ListenerOptions): Promise<Listener> {
  const server = createServer({ noDelay: true }, onConnection)
  await listenOnFirst(server, host === EVERYWHERE ? [EVERYWHERE, EVERYWHERE_IPV4] : [host], port).catch((error) => {
    throw explain(error, { host, port, settings })
  })
  // A connection that could not be accepted, for want of memory or of a handle, must not end the process.
  server.on('error', () => undefined)
  return {
    // A string only for a Unix socket, null only for a server that does not listen.
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      // The callback would wait for the connections, which are not the listener's to close.
      server.close()
    },
  }
}

/** Listens on the first of these addresses that the machine has. */
export async function listenOnFirst(server: Server, hosts: readonly string[], port: number): Promise<void> {
  const [host, ...others] = hosts
  server.listen({ host, port, backlog: BACKLOG })
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (others.length === 0 || !NO_SUCH_ADDRESS.has(error.code)) throw error
    return listenOnFirst(server, others, port)
  })
}

function explain(
  error: NodeJS.ErrnoException,
  { host, port, settings }: Pick<ListenerOptions, 'host' | 'port' | 'settings'>,
): DomainError {
  const where = `Port ${port}${host === EVERYWHERE ? '' : ` of ${host}`}`
  const nameless = `${where} cannot be opened: that name has no address here; mend ${settings.host}`
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is taken by another program: stop it, or set ${settings.port} to a free port`,
    EACCES: `${where} may not be opened by this user: set ${settings.port} above 1023, or grant CAP_NET_BIND_SERVICE`,
    ENOTFOUND: nameless,
    EAI_AGAIN: nameless,
    EADDRNOTAVAIL: `${where} cannot be opened: this machine has no such address; mend ${settings.host}`,
  }
  const sentence =
    sentences[String(error.code)] ??
    `${where} cannot be opened: ${error.message}; mend ${settings.host} or ${settings.port}`
  return new DomainError('port_unavailable', sentence, { cause: error })
}
