import { text } from 'node:stream/consumers'
import { CommandFailed } from '../command-failed.ts'
import type { Terminal } from '../ports.ts'
import { readNamedFile } from '../tls-files.ts'

export const PASSWORD_FILE_OPTION = [
  '--password-file <file>',
  'file that holds the password of the PKCS#12 file, or - for standard input',
] as const

/** Never an argument: those are read by everybody on the machine. */
export async function readPasswordFile(path: string | undefined, { stdin, cwd }: Terminal): Promise<string> {
  if (path === undefined) throw new CommandFailed('A PKCS#12 file needs a password: name its file with --password-file')
  const content = path === '-' ? await text(stdin) : (await readNamedFile(path, cwd)).toString()
  return content.replace(/\r?\n$/, '')
}
