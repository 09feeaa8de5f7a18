import { CommandFailed } from './command-failed.ts'
import type { SecretPrompt } from './secret-prompt.ts'
import { readNamedFile } from './tls-files.ts'

export interface PassphraseSource {
  /** A file that holds it. */
  readonly file: string | undefined
  /** What the settings say. */
  readonly configured?: string | undefined
  readonly question: string
  /** The flag that names the file, for whoever has no terminal. */
  readonly flag: string
  readonly cwd: string
}

/** From the file that is named, from the settings, or from the terminal: never from an argument, which everybody may read. */
export async function readPassphrase(source: PassphraseSource, prompt: SecretPrompt): Promise<string> {
  const { file, configured, question, flag, cwd } = source
  const given = file === undefined ? configured : (await readNamedFile(file, cwd)).toString().trim()
  const passphrase = given ?? (await prompt.ask(question))
  if (passphrase === undefined || passphrase === '') {
    throw new CommandFailed(`No passphrase was given: type it at a terminal, or name a file that holds it with ${flag}`)
  }
  return passphrase
}

/** One that is new: typed twice where it is typed. */
export async function readNewPassphrase(source: PassphraseSource, prompt: SecretPrompt): Promise<string> {
  const passphrase = await readPassphrase(source, prompt)
  if (source.file !== undefined || source.configured !== undefined) return passphrase
  if ((await prompt.ask('The same again: ')) === passphrase) return passphrase
  throw new CommandFailed('The two passphrases differ, and nothing was changed')
}
