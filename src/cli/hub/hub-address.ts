import { join } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'
import { readNamedFile, readTlsFiles, type TlsFiles, type TlsPaths } from '../tls-files.ts'

/** Where a hub answers, and what is shown to it. */
export interface HubAddress {
  /** As the person at the terminal knows it: a path or a URL. */
  readonly name: string
  readonly secure: boolean
  readonly target: HubTarget
  readonly token?: string
}

export type HubTarget =
  | { readonly socketPath: string; readonly host: 'localhost' }
  | (TlsFiles & { readonly host: string; readonly port: string })

/** Flags that reach another hub than this machine's. */
export interface RemoteHubOptions extends TlsPaths {
  readonly url: string
  readonly tokenFile?: string
}

/** The hub of this machine, by the socket that only its own user may open. */
export function localHubAddress(dataDir: string): HubAddress {
  const socketPath = join(dataDir, 'hub.sock')
  return { name: socketPath, secure: false, target: { socketPath, host: 'localhost' } }
}

export async function readRemoteHubAddress(options: RemoteHubOptions, cwd: string): Promise<HubAddress> {
  const { tokenFile, cert, key, ca } = options
  const url = parseHubUrl(options.url)
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const files = await readTlsFiles({ ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) }, cwd)
  const target = { ...files, host, port: url.port || (secure ? '443' : '80') }
  const address = { name: url.origin, secure, target }
  if (tokenFile === undefined) return address
  return { ...address, token: (await readNamedFile(tokenFile, cwd)).toString().trim() }
}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

function parseHubUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:') return url
  // A token in plain HTTP is everybody's token, except where it never leaves the machine.
  if (url?.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)) return url
  throw new CommandFailed(`--url ${text}: expected https://HOST:PORT, or http:// for this machine`)
}

/** What to do when no answer came. */
export function describeUnreachable({ name, target }: HubAddress, cause: unknown): CommandFailed {
  const code = readSystemCode(cause)
  if (HUNG_UP.has(code)) {
    const sentence = `The hub on ${name} hung up before its answer was whole (${code}): its log may say why, and what was done`
    return new CommandFailed(sentence, { cause })
  }
  return new CommandFailed(`No hub answers on ${name}: ${adviseOn(code, 'socketPath' in target)}`, { cause })
}

// It was killed at work, or has no file handle left to read what it is asked.
const HUNG_UP: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])
const UNTRUSTED = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

function adviseOn(code: string, isLocal: boolean): string {
  if (isLocal && (code === 'ENOENT' || code === 'ECONNREFUSED')) return 'start it with signet start'
  if (isLocal && code === 'EACCES') return 'only the user that runs it may open the socket'
  if (UNTRUSTED.test(code)) return `its certificate is not trusted here, name its CA with --ca FILE (${code})`
  return code
}
