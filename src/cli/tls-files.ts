import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { CommandFailed, readSystemCode } from './command-failed.ts'

export interface TlsPaths {
  readonly cert?: string
  readonly key?: string
  readonly ca?: string
}

export interface TlsFiles {
  readonly cert?: Buffer
  readonly key?: Buffer
  readonly ca?: Buffer
}

/** Certificate, key and CA as named on the command line; refused here, with their names, rather than in a handshake. */
export async function readTlsFiles(paths: TlsPaths, cwd: string): Promise<TlsFiles> {
  const files = {
    ...(paths.cert === undefined ? {} : { cert: await readNamedFile(paths.cert, cwd) }),
    ...(paths.key === undefined ? {} : { key: await readNamedFile(paths.key, cwd) }),
    ...(paths.ca === undefined ? {} : { ca: await readNamedFile(paths.ca, cwd) }),
  }
  try {
    createSecureContext(files)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailed(`${Object.values(paths).join(', ')} cannot be used for TLS: ${reason}`, { cause })
  }
  return files
}

/** A file that the command line names. */
export async function readNamedFile(path: string, cwd: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path))
  } catch (cause) {
    throw new CommandFailed(`${path} cannot be read: ${readSystemCode(cause)}`, { cause })
  }
}
