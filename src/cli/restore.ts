import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { addPassphraseOption, type PassphraseOptions, readBackupPassphrase } from './backup-passphrase.ts'
import { CommandFailed, readSystemCode } from './command-failed.ts'
import { settingsRequest } from './hub/hub-options.ts'
import { renderRestore } from './output/restore-report.ts'
import type { CommandContext } from './ports.ts'

interface RestoreOptions extends PassphraseOptions {
  readonly config?: string
  readonly dataDir?: string
  readonly certsDir?: string
  readonly dryRun?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

export function addRestoreCommand(program: Command, context: CommandContext): void {
  const command = program.command('restore <file>').description('put a backup in place, while no hub runs')
  addRestoreOptions(command, 'hub', context)
}

/** `signet ca restore`. */
export function addCaRestoreCommand(ca: Command, context: CommandContext): void {
  const command = ca.command('restore <file>').description('put the CA of a backup in place, while no hub runs')
  addRestoreOptions(command, 'ca', context)
}

function addRestoreOptions(command: Command, contents: 'hub' | 'ca', context: CommandContext): void {
  addPassphraseOption(command)
    .option('--dry-run', 'say what would be lost and what stands in the way, and change nothing')
    .option('--force', 'restore although certificates were issued since, or over another CA')
    .option('--config <file>', 'configuration file that names the folders (default: config.yaml)')
    .option('--data-dir <folder>', 'data folder')
    .option('--certs-dir <folder>', 'certificates folder')
    .option('--json', 'print the report as JSON')
    .action((file: string, options: RestoreOptions) => restore(file, contents, options, context))
}

async function restore(
  name: string,
  contents: 'hub' | 'ca',
  options: RestoreOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, local } = context
  const file = resolve(terminal.cwd, name)
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new CommandFailed(`${name} cannot be read: ${readSystemCode(cause)}`, { cause })
  })
  const request = settingsRequest(options)
  const passphrase = await readBackupPassphrase(options, request, context)
  const isPreview = options.dryRun === true
  const isForced = options.force === true
  const report = await local.restore({ ...request, file, passphrase, contents, isForced, isPreview })
  const { stdout } = terminal
  if (options.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else stdout.write(renderRestore(report, { file: name, cwd: terminal.cwd, contents, isPreview }))
}
