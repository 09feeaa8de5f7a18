import type { Command } from 'commander'
import { CommandFailed } from './command-failed.ts'
import type { AuditEntryAnswer, AuditVerdictAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface ListOptions extends HubOptions {
  readonly search?: string
  readonly action?: string
  readonly since?: string
  readonly until?: string
  readonly json?: boolean
}

export function addAuditCommands(program: Command, context: CommandContext): void {
  const { stdout, outputEnded } = context.terminal
  const audit = program.command('audit').description('who changed what, from where, and what came of it')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(audit.command(usage).description(description))

  verb('list', 'list changes, the newest first')
    .option('--search <text>', 'part of an actor, an action or an object')
    .option('--action <action>', 'as device.revoke')
    .option('--since <time>', 'RFC 3339, as 2026-01-31T00:00:00Z')
    .option('--until <time>', 'the same')
    .option('--json', 'as JSON, with the hashes')
    .action(async ({ search, action, since, until, ...options }: ListOptions) => {
      const hub = await openHubClient(options, context)
      const query = new URLSearchParams()
      for (const [name, value] of Object.entries({ q: search, action, since, until }))
        if (value !== undefined) query.set(name, value)
      const path = query.size === 0 ? '/api/audit' : `/api/audit?${query}`
      printItems(stdout, await hub.list<AuditEntryAnswer>(path), COLUMNS, options)
    })

  verb('export', 'print every entry, the oldest first, one JSON object a line').action(async (options: HubOptions) => {
    const hub = await openHubClient(options, context)
    const text = new TextDecoder()
    for await (const piece of await hub.downloadPieces('/api/audit/export')) {
      if (outputEnded.aborted) return
      stdout.write(text.decode(piece, { stream: true }))
    }
  })

  verb('verify', 'check that no entry was changed, inserted or removed')
    .option('--hash <hash>', 'one that was written down earlier: it must be in the chain')
    .option('--json', 'as JSON')
    .action(async ({ hash, json, ...options }: HubOptions & { readonly hash?: string; readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      const query = hash === undefined ? '' : `?hash=${encodeURIComponent(hash)}`
      const verdict = await hub.call<AuditVerdictAnswer>('GET', `/api/audit/verification${query}`)
      if (json) stdout.write(`${JSON.stringify(verdict, null, 2)}\n`)
      if (!verdict.ok) throw new CommandFailed(whyNot(verdict))
      if (!json) stdout.write(`${describeChain(verdict)}\n`)
    })
}

const COLUMNS: readonly Column<AuditEntryAnswer>[] = [
  ['NUMBER', ({ number }) => number],
  ['AT', ({ at }) => at],
  ['ACTOR', ({ actor }) => actor],
  ['ACTION', ({ action }) => action],
  ['OBJECT', ({ object }) => object],
  ['FROM', ({ surface, address }) => `${surface} ${address}`],
  ['RESULT', ({ result }) => result],
]

function describeChain({ entries, head }: AuditVerdictAnswer): string {
  return head === null ? 'There are no entries yet' : `${entries} entries follow from each other; the newest is ${head}`
}

function whyNot({ brokenAt, missingBefore, entries }: AuditVerdictAnswer): string {
  if (brokenAt !== null) {
    return `Entry ${brokenAt} does not follow from the one before: it was changed, or one beside it removed`
  }
  if (missingBefore !== null) {
    return `The entries before ${missingBefore} are gone, and not because they were old: somebody removed them`
  }
  return `None of the ${entries} entries has that hash: the chain was cut off, or made anew`
}
