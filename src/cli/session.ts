import type { Command } from 'commander'
import type { SessionAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface ListOptions extends HubOptions {
  readonly state?: string
  readonly json?: boolean
}

export function addSessionCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const session = program.command('session').description('who is connected, and what waits for whom')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(session.command(usage).description(description))
  const pathOf = (clientId: string): string => `/api/sessions/${encodeURIComponent(clientId)}`

  verb('list', 'list sessions, live ones and those that wait for their clients')
    .option('--state <state>', 'connected or disconnected')
    .option('--json', 'as JSON')
    .action(async (options: ListOptions) => {
      const hub = await openHubClient(options, context)
      const query = options.state === undefined ? '' : `?state=${encodeURIComponent(options.state)}`
      printItems(stdout, await hub.list<SessionAnswer>(`/api/sessions${query}`), COLUMNS, options)
    })

  verb('show <client-id>', 'show one session with its subscriptions')
    .option('--json', 'as JSON')
    .action(async (clientId: string, options: ListOptions) => {
      const hub = await openHubClient(options, context)
      const found = await hub.call<SessionAnswer>('GET', pathOf(clientId))
      stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : renderFields(readFields(found)))
    })

  verb('disconnect <client-id>', 'disconnect a client and drop its session')
    .option('--ban <duration>', 'refuse it for so long, as 5m or 1h; a day at most')
    .action(async (clientId: string, { ban, ...options }: HubOptions & { readonly ban?: string }) => {
      const hub = await openHubClient(options, context)
      const query = ban === undefined ? '' : `?ban=${encodeURIComponent(ban)}`
      await hub.call('DELETE', `${pathOf(clientId)}${query}`)
      stdout.write(`Session ${clientId} is ended${ban === undefined ? '' : `, and banned for ${ban}`}\n`)
    })
}

const COLUMNS: readonly Column<SessionAnswer>[] = [
  ['CLIENT ID', ({ clientId }) => clientId],
  ['IDENTITY', ({ identity }) => `${identity.kind} ${identity.id}`],
  ['SURFACE', ({ surface }) => surface],
  ['ADDRESS', ({ address }) => address],
  ['CONNECTED', ({ connectedAt }) => connectedAt],
  ['CLEAN', ({ cleanSession }) => (cleanSession ? 'yes' : 'no')],
  ['FILTERS', ({ subscriptions }) => subscriptions.length],
  ['QUEUED', ({ queued }) => queued.messages],
  ['EXPIRES', ({ expiresAt }) => expiresAt],
]

function readFields(session: SessionAnswer): readonly (readonly [string, unknown])[] {
  const { identity, subscriptions, queued, protocolVersion, keepAlive } = session
  return [
    ['Client id', session.clientId],
    ['Identity', `${identity.kind} ${identity.id}`],
    ['User', identity.userId],
    ['Connected', session.connectedAt],
    ['Address', session.address],
    ['Surface', session.surface],
    ['Protocol', protocolVersion === null ? undefined : protocolVersion === 3 ? 'MQTT 3.1' : 'MQTT 3.1.1'],
    ['Keep alive', keepAlive === null ? undefined : `${keepAlive} s`],
    ['Clean session', session.cleanSession ? 'yes' : 'no'],
    ['Queued', `${queued.messages} messages, ${queued.bytes} bytes, ${session.inFlight} in flight`],
    ['Expires', session.expiresAt],
    ['Subscriptions', subscriptions.map(({ topicFilter, qos }) => `${topicFilter} (QoS ${qos})`)],
  ]
}
