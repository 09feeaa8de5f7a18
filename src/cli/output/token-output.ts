import { resolve } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'
import type { Terminal } from '../ports.ts'
import { openWaitingFile, type WaitingFile } from './credential-files.ts'

/** Where a new token goes, which is shown once. */
export interface TokenOutput extends AsyncDisposable {
  write(token: string): Promise<void>
}

/** Opened before the token is asked for: a file that cannot be written to must not cost one. */
export async function openTokenOutput(
  out: string | undefined,
  { stdout, cwd }: Pick<Terminal, 'stdout' | 'cwd'>,
): Promise<TokenOutput> {
  const file = out === undefined ? undefined : await openFile(resolve(cwd, out))
  return {
    async write(token) {
      // The token alone on stdout: it goes into a file or a variable as it is.
      if (file) await file.replace(`${token}\n`)
      else stdout.write(`${token}\n`)
    },
    async [Symbol.asyncDispose]() {
      await file?.[Symbol.asyncDispose]()
    },
  }
}

async function openFile(path: string): Promise<WaitingFile> {
  try {
    return await openWaitingFile(path, 0o600)
  } catch (cause) {
    throw new CommandFailed(`The file ${path} cannot take the token: ${readSystemCode(cause)}`, { cause })
  }
}
