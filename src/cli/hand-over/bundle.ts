import type { Command } from 'commander'
import { parseId } from '../../identifiers.ts'
import { addHubOptions, type HubOptions, openHubClient } from '../hub/hub-options.ts'
import { saveHandedFile } from '../output/handed-file.ts'
import type { CommandContext } from '../ports.ts'

interface BundleOptions extends HubOptions {
  readonly user?: string
  readonly out?: string
}

/** `device bundle`. */
export function addBundleCommand(device: Command, context: CommandContext): void {
  addHubOptions(
    device
      .command('bundle <id>')
      .description('issue a certificate to a device, in a zip archive with examples that connect with it'),
  )
    .option('--user <id>', 'user who owns a new device (default: default)')
    .option('--out <file>', 'the archive (default: ID.zip)')
    .action(async (id: string, options: BundleOptions) => {
      const { stdout, cwd } = context.terminal
      const path = `/api/devices/${encodeURIComponent(parseId(id, 'device'))}/bundle`
      const hub = await openHubClient(options, context)
      const wishes = options.user === undefined ? {} : { userId: options.user }
      const file = await saveHandedFile(options.out ?? `${id}.zip`, cwd, () => hub.download(path, wishes))
      stdout.write(`Key, certificate, CA and examples of ${id} are in ${file}: the key is nowhere else\n`)
    })
}
