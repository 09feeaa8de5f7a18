import type { Command } from 'commander'
import { parseId } from '../../identifiers.ts'
import type { NewClaimAnswer } from '../hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from '../hub/hub-options.ts'
import { renderQrCode } from '../output/qr.ts'
import type { CommandContext } from '../ports.ts'

interface ClaimOptions extends HubOptions {
  readonly user?: string
  readonly expiresAt?: string
  readonly end?: boolean
  readonly json?: boolean
}

/** `device claim`. */
export function addClaimCommand(device: Command, context: CommandContext): void {
  addHubOptions(
    device
      .command('claim <id>')
      .description('make a link by which somebody fetches key and certificate of a device, once, and its QR code'),
  )
    .option('--user <id>', 'user who owns a new device (default: default)')
    .option('--expires-at <time>', 'when the link ends, as 2027-01-31T00:00:00Z (default: in a week)')
    .option('--end', 'end the link that is open instead')
    .option('--json', 'print link and end as JSON')
    .action((id: string, options: ClaimOptions) => claimDevice(parseId(id, 'device'), options, context))
}

async function claimDevice(
  id: string,
  { user, expiresAt, end, json, ...options }: ClaimOptions,
  context: CommandContext,
): Promise<void> {
  const { stdout, stderr } = context.terminal
  const path = `/api/devices/${encodeURIComponent(id)}/claims`
  const hub = await openHubClient(options, context)
  if (end) {
    await hub.call('DELETE', path)
    stdout.write(`The claim link of device ${id} has ended\n`)
    return
  }
  const request = { ...(user === undefined ? {} : { userId: user }), ...(expiresAt === undefined ? {} : { expiresAt }) }
  const { link, qr: _, ...made } = await hub.call<NewClaimAnswer>('POST', path, request)
  if (new URL(link).hostname === 'localhost') {
    stderr.write('Warning: the link leads to localhost, which is this machine alone: set public_host\n')
  }
  if (json) {
    stdout.write(`${JSON.stringify({ ...made, link }, null, 2)}\n`)
    return
  }
  stdout.write(`${link}\n`)
  if (stdout.isTTY) stdout.write(renderQrCode(link))
  stderr.write(`Whoever has the link first gets the key of device ${id}, once, until ${made.expiresAt}\n`)
}
