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
  if (file !== undefined) return readPassphraseFile(file, cwd)
  const passphrase = configured ?? (await prompt.ask(question))
  if (passphrase !== undefined) return passphrase
  throw new CommandFailed(`No passphrase was given: type it at a terminal, or name a file that holds it with ${flag}`)
}

/** One that is new: typed twice where it is typed. */
export async function readNewPassphrase(source: PassphraseSource, prompt: SecretPrompt): Promise<string> {
  const passphrase = await readPassphrase(source, prompt)
  if (source.file !== undefined || source.configured !== undefined) return passphrase
  if ((await prompt.ask('Once more: ')) === passphrase) return passphrase
  throw new CommandFailed('The two passphrases differ, and nothing was changed')
}

async function readPassphraseFile(file: string, cwd: string): Promise<string> {
  const text = (await readNamedFile(file, cwd)).toString().trim()
  if (text !== '') return text
  throw new CommandFailed(`${file} is empty: write the passphrase into it`)
}
