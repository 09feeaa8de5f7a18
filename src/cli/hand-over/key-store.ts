import type { Command } from 'commander'
import { parseId } from '../../identifiers.ts'
import { addHubOptions, type HubOptions, openHubClient } from '../hub/hub-options.ts'
import { saveHandedFile } from '../output/handed-file.ts'
import type { CommandContext } from '../ports.ts'
import { PASSWORD_FILE_OPTION, readPasswordFile } from './password-file.ts'

export interface KeyStoreOptions extends HubOptions {
  readonly passwordFile?: string
  readonly out?: string
}

/** `device p12` and `service p12`. */
export function addKeyStoreCommand(parent: Command, kind: 'device' | 'service', context: CommandContext): void {
  addHubOptions(parent.command('p12 <id>').description(`issue a certificate to a ${kind}, in one file with its key`))
    .option(...PASSWORD_FILE_OPTION)
    .option('--out <file>', 'the file (default: ID.p12)')
    .action(async (id: string, options: KeyStoreOptions) => {
      const path = `/api/${kind}s/${encodeURIComponent(parseId(id, kind))}/certificates/p12`
      await saveKeyStore({ id, path, wishes: {} }, options, context)
    })
}

interface KeyStoreRequest {
  readonly id: string
  readonly path: string
  readonly wishes: object
}

/** Has key and certificate made and keeps them in one file of this machine. */
export async function saveKeyStore(
  { id, path, wishes }: KeyStoreRequest,
  options: KeyStoreOptions,
  context: CommandContext,
): Promise<void> {
  const { stdout, cwd } = context.terminal
  const password = await readPasswordFile(options.passwordFile, context.terminal)
  const hub = await openHubClient(options, context)
  const file = await saveHandedFile(options.out ?? `${id}.p12`, cwd, () => hub.download(path, { ...wishes, password }))
  stdout.write(`Key, certificate and CA of ${id} are in ${file}: the key is nowhere else\n`)
}
