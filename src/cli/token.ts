import type { Command } from 'commander'
import type { TokenAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface CreateOptions extends HubOptions {
  readonly role: string
  readonly expiresAt?: string
}

export function addTokenCommands(program: Command, context: CommandContext): void {
  const { stdout, stderr } = context.terminal
  const token = program.command('token').description('bearer tokens for the API')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(token.command(usage).description(description))

  verb('create <name>', 'make a token and print it, this once')
    .requiredOption('--role <role>', 'admin, operator, auditor or validator')
    .option('--expires-at <time>', 'when it ends, as 2027-01-31T00:00:00Z')
    .action(async (name: string, options: CreateOptions) => {
      const hub = await openHubClient(options, context)
      const { role, expiresAt } = options
      const request = expiresAt === undefined ? { name, role } : { name, role, expiresAt }
      const created = await hub.call<{ readonly id: string; readonly token: string }>('POST', '/api/tokens', request)
      // The token alone on stdout: it goes into a file or a variable as it is.
      stdout.write(`${created.token}\n`)
      stderr.write(`Token ${created.id} has the role ${role}; it is not shown again\n`)
    })

  verb('list', 'list the tokens, without their secrets')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<TokenAnswer>('/api/tokens'), COLUMNS, options)
    })

  verb('revoke <id>', 'revoke a token').action(async (id: string, options: HubOptions) => {
    const hub = await openHubClient(options, context)
    await hub.call('DELETE', `/api/tokens/${encodeURIComponent(id)}`)
    stdout.write(`Token ${id} is revoked\n`)
  })
}

const COLUMNS: readonly Column<TokenAnswer>[] = [
  ['ID', ({ id }) => id],
  ['NAME', ({ name }) => name],
  ['ROLE', ({ role }) => role],
  ['CREATED', ({ createdAt }) => createdAt],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
  ['LAST USED', ({ lastUsedAt }) => lastUsedAt],
  ['REVOKED', ({ revokedAt }) => revokedAt],
]
