import type { Command } from 'commander'
import { CommandFailed } from './command-failed.ts'
import { askHidden } from './hidden-input.ts'
import type { CommandContext, SettingsRequest } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

export interface PassphraseOptions {
  readonly passphraseFile?: string
}

const SHORTEST = 12

export function addPassphraseOption(command: Command): Command {
  return command.option(
    '--passphrase-file <file>',
    'file that holds the passphrase (default: backup.passphrase of the settings, or it is asked for)',
  )
}

/** The passphrase of a new archive: one that is typed is typed twice, for nobody can see it. */
export async function readNewPassphrase(
  options: PassphraseOptions,
  request: SettingsRequest,
  context: CommandContext,
): Promise<string> {
  const passphrase = await readPassphrase(options, request, context, ['Passphrase: ', 'Once more: '])
  if ([...passphrase].length >= SHORTEST) return passphrase
  throw new CommandFailed(`A passphrase has at least ${SHORTEST} characters: all of the hub stands behind it`)
}

/** From the file, the settings or the terminal, in this order; `questions` are asked there. */
export async function readPassphrase(
  { passphraseFile }: PassphraseOptions,
  request: SettingsRequest,
  { terminal, local }: CommandContext,
  questions: readonly string[] = ['Passphrase: '],
): Promise<string> {
  if (passphraseFile !== undefined) {
    const text = (await readNamedFile(passphraseFile, terminal.cwd)).toString().trim()
    if (text !== '') return text
    throw new CommandFailed(`${passphraseFile} is empty: write the passphrase into it`)
  }
  const { backupPassphrase } = await local.readSettings(request)
  if (backupPassphrase !== undefined) return backupPassphrase
  if (terminal.stdin.isTTY !== true) {
    throw new CommandFailed('There is no terminal to ask for the passphrase on: name its file with --passphrase-file')
  }
  const [passphrase = '', ...repeated] = await askHidden(questions, terminal)
  if (repeated.every((again) => again === passphrase)) return passphrase
  throw new CommandFailed('The two passphrases differ')
}
