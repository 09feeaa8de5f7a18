import type { Command } from 'commander'
import type { RefusalAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface RefusalsOptions extends HubOptions {
  readonly json?: boolean
}

export function addRefusalsCommand(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  addHubOptions(program.command('refusals').description('who was refused lately, why, and what mends it'))
    .option('--json', 'as JSON, with all that was presented')
    .action(async (options: RefusalsOptions) => {
      const hub = await openHubClient(options, context)
      const refusals = await hub.list<RefusalAnswer>('/api/diagnostics/refusals')
      if (!options.json && refusals.length === 0) stdout.write('Nobody was refused\n')
      else printItems(stdout, refusals, COLUMNS, options)
      if (!options.json && refusals.length > 0) stdout.write(`\n${renderFields(mendsOf(refusals))}`)
    })
}

const COLUMNS: readonly Column<RefusalAnswer>[] = [
  ['LAST AT', ({ at }) => at],
  ['COUNT', ({ count }) => count],
  ['ADDRESS', ({ address }) => address],
  ['SURFACE', ({ surface }) => surface],
  ['CAUSE', ({ cause }) => cause],
  ['PRESENTED', ({ presented }) => listPresented(presented ?? {})],
  ['EXPECTED', ({ expected }) => expected],
]

// A line is to be read on a terminal; the whole certificate stands in the JSON.
const CERTIFICATE_DETAILS = new Set(['fingerprint', 'issuer', 'notAfter', 'notBefore', 'serialNumber'])

function listPresented(presented: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(presented).filter(([name]) => !CERTIFICATE_DETAILS.has(name))
  return entries.map(([name, value]) => `${name}=${value}`)
}

/** Each cause once, with what mends it. */
function mendsOf(refusals: readonly RefusalAnswer[]): readonly (readonly [cause: string, mend: string])[] {
  return [...new Map(refusals.map(({ cause, mend }) => [cause, mend]))]
}
