import type { Command } from 'commander'
import { parseId } from '../identifiers.ts'
import type { IdentityTokenAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import { openTokenOutput } from './output/token-output.ts'
import type { CommandContext } from './ports.ts'

interface NewTokenOptions extends HubOptions {
  readonly expiresAt?: string
  readonly out?: string
}

interface NewTokenRequest {
  /** As a person reads it: `device pump`. */
  readonly owner: string
  readonly path: string
}

/** The verbs under `signet device token` and `signet service token`. */
export function addIdentityTokenCommands(parent: Command, kind: 'device' | 'service', context: CommandContext): void {
  const { stdout } = context.terminal
  const token = parent.command('token').description(`tokens with which a ${kind} logs in: its id is the user name`)
  const verb = (usage: string, description: string): Command =>
    addHubOptions(token.command(usage).description(description))
  const pathOf = (id: string): string => `/api/${kind}s/${encodeURIComponent(parseId(id, kind))}/tokens`
  const make = (request: NewTokenRequest, options: NewTokenOptions) => createToken(request, options, context)

  addNewTokenOptions(verb('create <id>', 'make a token and print it, this once')).action(
    (id: string, options: NewTokenOptions) => make({ owner: `${kind} ${id}`, path: pathOf(id) }, options),
  )

  addNewTokenOptions(
    verb('rotate <id> <token>', 'make a token in the place of this one, which ends when the new one is first used'),
  ).action((id: string, tokenId: string, options: NewTokenOptions) =>
    make({ owner: `${kind} ${id}`, path: `${pathOf(id)}/${encodeURIComponent(tokenId)}/rotate` }, options),
  )

  verb('list <id>', 'list the tokens, without their secrets')
    .option('--json', 'as JSON')
    .action(async (id: string, options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<IdentityTokenAnswer>(pathOf(id)), COLUMNS, options)
    })

  verb('revoke <id> <token>', 'revoke a token and close the sessions that it let in').action(
    async (id: string, tokenId: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('DELETE', `${pathOf(id)}/${encodeURIComponent(tokenId)}`)
      stdout.write(`Token ${tokenId} of ${kind} ${id} is revoked\n`)
    },
  )
}

const COLUMNS: readonly Column<IdentityTokenAnswer>[] = [
  ['ID', ({ id }) => id],
  ['CREATED', ({ createdAt }) => createdAt],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
  ['LAST USED', ({ lastUsedAt }) => lastUsedAt],
  ['REVOKED', ({ revokedAt }) => revokedAt],
]

function addNewTokenOptions(command: Command): Command {
  return command
    .option('--expires-at <time>', 'when it ends, as 2027-01-31T00:00:00Z')
    .option('--out <file>', 'write the token to this file, which nobody else may read, instead of printing it')
}

async function createToken(
  { owner, path }: NewTokenRequest,
  { expiresAt, out, ...options }: NewTokenOptions,
  context: CommandContext,
): Promise<void> {
  const hub = await openHubClient(options, context)
  await using output = await openTokenOutput(out, context.terminal)
  const request = expiresAt === undefined ? {} : { expiresAt }
  const created = await hub.call<{ readonly id: string; readonly token: string }>('POST', path, request)
  await output.write(created.token)
  context.terminal.stderr.write(`Token ${created.id} is made for ${owner}; it is not shown again\n`)
}
