import type { Command } from 'commander'
import type { BanAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

export function addBanCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const ban = program.command('ban').description('who is refused for a while')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(ban.command(usage).description(description))

  verb('list', 'list the bans that hold')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<BanAnswer>('/api/bans'), COLUMNS, options)
    })

  verb('lift <id>', 'end a ban now').action(async (id: string, options: HubOptions) => {
    const hub = await openHubClient(options, context)
    await hub.call('DELETE', `/api/bans/${encodeURIComponent(id)}`)
    stdout.write(`Ban ${id} is lifted\n`)
  })
}

const COLUMNS: readonly Column<BanAnswer>[] = [
  ['ID', ({ id }) => id],
  ['CAUSE', ({ cause }) => cause],
  ['SINCE', ({ since }) => since],
  ['UNTIL', ({ until }) => until],
]
