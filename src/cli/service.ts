import type { Command } from 'commander'
import { parseId } from '../identifiers.ts'
import { CommandFailed } from './command-failed.ts'
import { describeEnrolled, type EnrolmentOptions, enrol } from './enrolment.ts'
import { addKeyStoreCommand } from './hand-over/key-store.ts'
import type { IssuedAnswer, RevocationAnswer, ServiceAnswer } from './hub/answers.ts'
import type { HubClient } from './hub/hub-client.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { addIdentityTokenCommands } from './identity-token.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

export function addServiceCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const service = program.command('service').description('back ends and their certificates')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(service.command(usage).description(description))

  verb(
    'add <name>',
    'make a service and issue its certificate; without --allow, also a further one of a service there is',
  )
    .option('--allow <filter...>', 'topic filters it may publish and subscribe to')
    .option('--out <folder>', 'folder for the files (default: services/ in the certificates folder)')
    .option('--certs-dir <folder>', 'certificates folder')
    .option('--json', 'print paths and fingerprint as JSON')
    .action((name: string, options: AddOptions) => addService(parseId(name, 'service'), options, context))

  verb('list', 'list the services')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<ServiceAnswer>('/api/services'), COLUMNS, options)
    })

  verb('revoke <name>', 'revoke the certificates of a service and close its sessions now')
    .option('--reason <reason>', 'why: keyCompromise, cessationOfOperation, ... (RFC 5280)')
    .action(async (name: string, options: HubOptions & { readonly reason?: string }) => {
      const hub = await openHubClient(options, context)
      const query = options.reason === undefined ? '' : `?reason=${encodeURIComponent(options.reason)}`
      const path = `/api/services/${encodeURIComponent(parseId(name, 'service'))}/certificates${query}`
      const { message, revokedAt } = await hub.call<RevocationAnswer>('DELETE', path)
      stdout.write(`${message}: service ${name}, ${revokedAt}\n`)
    })

  addKeyStoreCommand(service, 'service', context)
  addIdentityTokenCommands(service, 'service', context)
}

const COLUMNS: readonly Column<ServiceAnswer>[] = [
  ['SERVICE', ({ name }) => name],
  ['STATE', ({ state }) => state],
  ['CONNECTED', ({ connected }) => (connected ? 'yes' : 'no')],
  ['POLICIES', ({ policies }) => policies],
  ['CREATED', ({ createdAt }) => createdAt],
]

interface AddOptions extends EnrolmentOptions {
  readonly allow?: readonly string[]
}

async function addService(name: string, options: AddOptions, context: CommandContext): Promise<void> {
  const hub = await openHubClient(options, context)
  const issue = async (): Promise<IssuedAnswer> => {
    await createService(hub, name, options.allow)
    return hub.call('POST', `/api/services/${encodeURIComponent(name)}/certificates`, {})
  }
  const enrolled = await enrol({ id: name, folder: 'services', issue }, options, context)
  const { stdout, cwd } = context.terminal
  const [topicFilter = '#'] = options.allow ?? []
  stdout.write(describeEnrolled(enrolled, ['mosquitto_sub', '-v', '-t', topicFilter], { json: options.json, cwd }))
}

// What an existing service may do is changed by a policy, never in passing by a second "add".
async function createService(hub: HubClient, name: string, allow: readonly string[] | undefined): Promise<void> {
  try {
    await hub.call<ServiceAnswer>('POST', '/api/services', allow === undefined ? { name } : { name, allow })
  } catch (error) {
    const exists = error instanceof CommandFailed && error.code === 'service_exists'
    if (!exists || allow !== undefined) throw error
  }
}
