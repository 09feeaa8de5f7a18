import { randomUUID } from 'node:crypto'
import { chmod, type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'

export interface CredentialPaths {
  readonly certificate: string
  readonly key: string
  readonly ca: string
}

export interface Credentials {
  readonly clientCert: string
  readonly clientKey: string
  readonly caCert: string
}

/** Files that wait, empty and under other names, for a certificate that is yet to be issued. */
export interface CredentialFiles extends AsyncDisposable {
  readonly paths: CredentialPaths
  /** Replaces the files of the same names, each at once. */
  save(credentials: Credentials): Promise<void>
}

/** Opened before the certificate is asked for: a folder that cannot be written to must not cost a key. */
export async function openCredentialFiles(folder: string, id: string): Promise<CredentialFiles> {
  const paths = {
    certificate: join(folder, `${id}-cert.pem`),
    key: join(folder, `${id}-key.pem`),
    ca: join(folder, 'ca-cert.pem'),
  }
  await using stack = new AsyncDisposableStack()
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755)
    const key = stack.use(await openWaitingFile(paths.key, 0o600))
    const certificate = stack.use(await openWaitingFile(paths.certificate, 0o644))
    const ca = stack.use(await openWaitingFile(paths.ca, 0o644))
    const opened = stack.move()
    return {
      paths,
      async save({ clientCert, clientKey, caCert }) {
        await key.replace(clientKey)
        await certificate.replace(clientCert)
        await ca.replace(caCert)
      },
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    }
  } catch (cause) {
    throw new CommandFailed(`The folder ${folder} cannot take the files: ${readSystemCode(cause)}`, { cause })
  }
}

/** A file that waits, empty and under another name, for what is yet to come. */
export interface WaitingFile extends AsyncDisposable {
  /** Puts it in the place of the file of its name, at once. */
  replace(content: string | Uint8Array): Promise<void>
}

export async function openWaitingFile(path: string, mode: number): Promise<WaitingFile> {
  if (await isFolder(path)) throw new Error(`${path} is a folder`)
  const waiting = `${path}.${randomUUID()}.tmp`
  // Made with its final mode: a key is at no moment readable by others.
  const file: FileHandle = await open(waiting, 'wx', mode)
  return {
    async replace(content) {
      await file.writeFile(content)
      await file.chmod(mode)
      await file.sync()
      await rename(waiting, path)
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await rm(waiting, { force: true })
    },
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false
}
