import { type Command, InvalidArgumentError } from 'commander'
import type { EnrolmentTokenAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import { openTokenOutput } from './output/token-output.ts'
import type { CommandContext } from './ports.ts'

interface CreateOptions extends HubOptions {
  readonly user?: string
  readonly policy?: readonly string[]
  readonly profile?: string
  readonly uses?: number
  readonly expiresAt?: string
  readonly onExisting?: string
  readonly approval?: true
  readonly out?: string
}

const PATH = '/api/enrolment-tokens'

export function addEnrolmentTokenCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const token = program
    .command('enrolment-token')
    .description('tokens with which devices that have no certificate get their first one')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(token.command(usage).description(description))

  verb('create <id>', 'make a token for a device id, or a pattern such as "sensor-*", and print it, this once')
    .option('--user <id>', 'user who owns the devices (default: default)')
    .option('--policy <name...>', 'policies of the devices in the place of the built-in one')
    .option('--profile <name>', 'profile of their certificates (default: default)')
    .option('--uses <count>', 'how many certificates it may bring (default: 1)', readCount)
    .option('--expires-at <time>', 'when it ends, as 2027-01-31T00:00:00Z (default: in 24 hours)')
    .option('--on-existing <word>', 'for a device that has a certificate: fail, rotate or replace (default: fail)')
    .option('--approval', 'let each request wait for signet enrolment approve')
    .option('--out <file>', 'write the token to this file, which nobody else may read, instead of printing it')
    .action((id: string, options: CreateOptions) => createToken(id, options, context))

  verb('list', 'list the tokens, without their secrets')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<EnrolmentTokenAnswer>(PATH), COLUMNS, options)
    })

  verb('revoke <token>', 'revoke a token; the certificates that it brought stay').action(
    async (id: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('DELETE', `${PATH}/${encodeURIComponent(id)}`)
      stdout.write(`Enrolment token ${id} is revoked\n`)
    },
  )
}

const COLUMNS: readonly Column<EnrolmentTokenAnswer>[] = [
  ['ID', ({ id }) => id],
  ['FOR', ({ deviceId }) => deviceId],
  ['USER', ({ userId }) => userId],
  ['PROFILE', ({ profile }) => profile],
  ['STATE', ({ state }) => state],
  ['USES', ({ uses, maxUses }) => `${uses}/${maxUses}`],
  ['APPROVAL', ({ approval }) => (approval ? 'yes' : 'no')],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
]

async function createToken(deviceId: string, options: CreateOptions, context: CommandContext): Promise<void> {
  const { user: userId, policy: policies, profile, uses, expiresAt, onExisting, approval } = options
  const hub = await openHubClient(options, context)
  await using output = await openTokenOutput(options.out, context.terminal)
  // What is not given has no place in JSON.
  const request = { deviceId, userId, policies, profile, uses, expiresAt, onExisting, approval }
  const created = await hub.call<{ readonly id: string; readonly token: string; readonly expiresAt: string }>(
    'POST',
    PATH,
    request,
  )
  await output.write(created.token)
  context.terminal.stderr.write(
    `Enrolment token ${created.id} is made for ${deviceId}, until ${created.expiresAt}; it is not shown again\n`,
  )
}

function readCount(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}
