import { resolve } from 'node:path'
import type { Command } from 'commander'
import { DomainError } from '../errors.ts'
import { addPassphraseOption, type PassphraseOptions, readNewBackupPassphrase } from './backup-passphrase.ts'
import { CommandFailed } from './command-failed.ts'
import { addHubOptions, type HubOptions, openHubClient, settingsRequest } from './hub/hub-options.ts'
import { renderSummary } from './output/backup-summary.ts'
import { formatPath } from './output/command-line.ts'
import type { CommandContext } from './ports.ts'

interface BackupOptions extends HubOptions, PassphraseOptions {
  readonly json?: boolean
}

export function addBackupCommand(program: Command, context: CommandContext): void {
  const command = program.command('backup <file>').description('back the running hub up into one encrypted file')
  addBackupOptions(command).action((file: string, options: BackupOptions) => backUp(file, 'hub', options, context))
}

/** `signet ca backup`. */
export function addCaBackupCommand(ca: Command, context: CommandContext): void {
  const command = ca.command('backup <file>').description('certificate and key of the CA, in one encrypted file')
  addBackupOptions(command).action((file: string, options: BackupOptions) => backUp(file, 'ca', options, context))
}

function addBackupOptions(command: Command): Command {
  return addPassphraseOption(addHubOptions(command)).option('--json', 'print what it holds as JSON')
}

async function backUp(
  file: string,
  contents: 'hub' | 'ca',
  options: BackupOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, local } = context
  const { cwd, stdout } = terminal
  const passphrase = await readNewBackupPassphrase(options, settingsRequest(options), context)
  const hub = await openHubClient(options, context)
  const path = resolve(cwd, file)
  const stream = await hub.downloadPieces('/api/backup', { passphrase, contents })
  const summary = await local.saveBackup(stream, path, passphrase).catch(tellFailure)
  if (options.json) stdout.write(`${JSON.stringify({ file: path, ...summary }, null, 2)}\n`)
  else stdout.write(renderSummary(formatPath(path, cwd), summary))
}

/** A file that cannot be written is no fault of the configuration. */
function tellFailure(error: unknown): never {
  if (!(error instanceof DomainError)) throw error
  throw new CommandFailed(error.message, { cause: error })
}
