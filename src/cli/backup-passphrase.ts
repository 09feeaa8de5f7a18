import type { Command } from 'commander'
import { CommandFailed } from './command-failed.ts'
import { type PassphraseSource, readNewPassphrase, readPassphrase } from './passphrase.ts'
import type { CommandContext, SettingsRequest } from './ports.ts'
import { SecretPrompt } from './secret-prompt.ts'

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
export async function readNewBackupPassphrase(
  options: PassphraseOptions,
  request: SettingsRequest,
  context: CommandContext,
): Promise<string> {
  await using prompt = new SecretPrompt(context.terminal)
  const passphrase = await readNewPassphrase(await readSource(options, request, context), prompt)
  if ([...passphrase].length >= SHORTEST) return passphrase
  throw new CommandFailed(`A passphrase has at least ${SHORTEST} characters: all of the hub stands behind it`)
}

/** The passphrase of an archive that is there. */
export async function readBackupPassphrase(
  options: PassphraseOptions,
  request: SettingsRequest,
  context: CommandContext,
): Promise<string> {
  await using prompt = new SecretPrompt(context.terminal)
  return await readPassphrase(await readSource(options, request, context), prompt)
}

async function readSource(
  { passphraseFile: file }: PassphraseOptions,
  request: SettingsRequest,
  { local, terminal: { cwd } }: CommandContext,
): Promise<PassphraseSource> {
  const { backupPassphrase: configured } = file === undefined ? await local.readSettings(request) : {}
  return { file, configured, question: 'Passphrase: ', flag: '--passphrase-file', cwd }
}
