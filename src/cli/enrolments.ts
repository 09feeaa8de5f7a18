import type { Command } from 'commander'
import type { EnrolmentAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface ListOptions extends HubOptions {
  readonly state?: string
  readonly json?: boolean
}

const PATH = '/api/enrolments'
const WORDS = [
  ['approve', 'approved', 'let a device have its certificate when it asks again'],
  ['reject', 'rejected', 'refuse a device its certificate'],
] as const

export function addEnrolmentCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const enrolment = program.command('enrolment').description('requests for first certificates that wait for a word')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(enrolment.command(usage).description(description))

  verb('list', 'list the requests')
    .option('--state <state>', 'pending, approved or rejected')
    .option('--json', 'as JSON')
    .action(async ({ state, ...options }: ListOptions) => {
      const hub = await openHubClient(options, context)
      const path = state === undefined ? PATH : `${PATH}?state=${encodeURIComponent(state)}`
      printItems(stdout, await hub.list<EnrolmentAnswer>(path), COLUMNS, options)
    })

  for (const [word, done, description] of WORDS) {
    verb(`${word} <id>`, description).action(async (id: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      const { deviceId } = await hub.call<EnrolmentAnswer>('POST', `${PATH}/${encodeURIComponent(id)}/${word}`)
      stdout.write(`The enrolment of device ${deviceId} is ${done}\n`)
    })
  }
}

const COLUMNS: readonly Column<EnrolmentAnswer>[] = [
  ['ID', ({ id }) => id],
  ['DEVICE', ({ deviceId }) => deviceId],
  ['STATE', ({ state }) => state],
  ['ADDRESS', ({ address }) => address],
  ['REQUESTED', ({ requestedAt }) => requestedAt],
  ['KEY', ({ keyThumbprint }) => keyThumbprint],
]
