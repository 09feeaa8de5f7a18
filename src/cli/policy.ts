import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { parseId } from '../identifiers.ts'
import { CommandFailed, readSystemCode } from './command-failed.ts'
import type { PolicyAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext, Terminal } from './ports.ts'

export function addPolicyCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const policy = program.command('policy').description('rules of who may publish and subscribe to what')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(policy.command(usage).description(description))

  verb('list', 'list the policies, the built-in one included')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      const policies = await hub.list<PolicyAnswer>('/api/policies')
      if (options.json) printItems(stdout, policies, [], options)
      else printItems(stdout, policies.flatMap(readRules), COLUMNS, options)
    })

  verb('set <name>', 'make or replace a policy, live at once')
    .requiredOption(
      '--file <file>',
      'JSON {"rules": [{"effect", "actions", "topicFilter"}], "clientId"?}; - reads stdin',
    )
    .action(async (name: string, options: HubOptions & { readonly file: string }) => {
      const rules = await readPolicy(options.file, context.terminal)
      const hub = await openHubClient(options, context)
      await hub.call<PolicyAnswer>('PUT', `/api/policies/${encodeURIComponent(parseId(name, 'policy'))}`, rules)
      stdout.write(`Policy ${name} is set\n`)
    })
}

type RuleRow = Omit<PolicyAnswer, 'rules'> & Partial<PolicyAnswer['rules'][number]>

// A policy without rules allows nothing, which is worth a line of its own.
function readRules({ name, clientId, rules }: PolicyAnswer): readonly RuleRow[] {
  return rules.length === 0 ? [{ name, clientId }] : rules.map((rule) => ({ name, clientId, ...rule }))
}

const COLUMNS: readonly Column<RuleRow>[] = [
  ['POLICY', ({ name }) => name],
  ['CLIENT ID', ({ clientId }) => clientId],
  ['EFFECT', ({ effect }) => effect],
  ['ACTIONS', ({ actions }) => actions],
  ['TOPIC FILTER', ({ topicFilter }) => topicFilter],
]

async function readPolicy(file: string, { stdin, cwd }: Terminal): Promise<object> {
  const name = file === '-' ? 'The standard input' : file
  try {
    const json = file === '-' ? await text(stdin) : await readFile(resolve(cwd, file), 'utf8')
    const policy: unknown = JSON.parse(json)
    if (typeof policy === 'object' && policy !== null) return policy
  } catch (cause) {
    const reason =
      cause instanceof SyntaxError ? `is not JSON: ${cause.message}` : `cannot be read: ${readSystemCode(cause)}`
    throw new CommandFailed(`${name} ${reason}`, { cause })
  }
  throw new CommandFailed(`${name} holds no policy: expected {"rules": [...]}`)
}
