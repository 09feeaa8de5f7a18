import { type Command, InvalidArgumentError } from 'commander'
import { CommandFailed } from './command-failed.ts'
import type { RotationAnswer, RotationMemberAnswer, RotationProgressAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

interface StartOptions extends HubOptions {
  readonly all?: boolean
  readonly device?: string
  readonly user?: string
  readonly expiresBefore?: string
  readonly issuedBy?: string
  readonly keyAlgorithm?: string
  readonly perMinute?: number
  readonly deadline?: string
  readonly json?: boolean
}

interface ShowOptions extends HubOptions {
  readonly devices?: string | true
  readonly json?: boolean
}

export function addRotateCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const rotate = program.command('rotate').description('ask a fleet to renew its certificates')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(rotate.command(usage).description(description))
  const print = (rotation: RotationProgressAnswer, { json }: { readonly json?: boolean }): void =>
    void stdout.write(json ? `${JSON.stringify(rotation, null, 2)}\n` : renderProgress(rotation))

  verb('start', 'let devices renew now, and tell those that are connected')
    .option('--all', 'every device')
    .option('--device <id>', 'this one')
    .option('--user <id>', 'those of this user')
    .option('--expires-before <time>', 'whose certificate ends before this time, as 2027-01-31T00:00:00Z')
    .option('--issued-by <file>', 'whose certificate was issued by this CA, PEM')
    .option('--key-algorithm <algorithm>', 'whose key is ec-p256, rsa-2048, rsa-3072, rsa-4096 or ed25519')
    .option('--per-minute <devices>', 'how many are told in a minute (default: 60)', parseCount)
    .option('--deadline <time>', 'when the older certificates end, renewed or not')
    .option('--json', 'as JSON')
    .action(async (options: StartOptions) => {
      const body = await readRequest(options, context.terminal.cwd)
      const hub = await openHubClient(options, context)
      print(await hub.call<RotationProgressAnswer>('POST', '/api/rotations', body), options)
    })

  verb('list', 'list the rotations')
    .option('--json', 'as JSON')
    .action(async (options: ShowOptions) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<RotationAnswer>('/api/rotations'), COLUMNS, options)
    })

  verb('show <id>', 'show how far a rotation has come')
    .option('--devices [state]', 'its devices: all, or waiting, told, renewed, connected or late')
    .option('--json', 'as JSON')
    .action(async (id: string, options: ShowOptions) => {
      const hub = await openHubClient(options, context)
      const path = pathOf(id)
      if (options.devices === undefined) return print(await hub.call('GET', path), options)
      const query = options.devices === true ? '' : `?state=${encodeURIComponent(options.devices)}`
      const members = await hub.list<RotationMemberAnswer>(`${path}/devices${query}`)
      return printItems(stdout, members, MEMBER_COLUMNS, options)
    })

  for (const [word, description] of WORDS) {
    verb(`${word} <id>`, description).action(async (id: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      const { state } = await hub.call<RotationAnswer>('POST', `${pathOf(id)}/${word}`)
      stdout.write(`Rotation ${id} is ${state}\n`)
    })
  }
}

const WORDS = [
  ['pause', 'tell no more devices; those that know may still renew'],
  ['resume', 'go on'],
  ['cancel', 'end it; certificates that were renewed stay'],
] as const

async function readRequest(options: StartOptions, cwd: string): Promise<object> {
  const {
    all,
    device: deviceId,
    user: userId,
    expiresBefore,
    issuedBy: file,
    keyAlgorithm,
    perMinute,
    deadline,
  } = options
  const issuedBy = file === undefined ? undefined : (await readNamedFile(file, cwd)).toString()
  const filter = { all, deviceId, userId, expiresBefore, issuedBy, keyAlgorithm }
  if (Object.values(filter).every((value) => value === undefined)) {
    throw new CommandFailed(
      'Say which devices: --device, --user, --expires-before, --issued-by, --key-algorithm, or --all',
    )
  }
  // What is undefined is not sent.
  return { filter, perMinute, deadline }
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number of devices, 1 to 60000')
}

function pathOf(id: string): string {
  return `/api/rotations/${encodeURIComponent(id)}`
}

function renderProgress({
  id,
  state,
  filter,
  perMinute,
  deadline,
  createdAt,
  progress,
}: RotationProgressAnswer): string {
  return renderFields([
    ['Rotation', id],
    ['State', state],
    ['Whom', tellWhom(filter)],
    ['Started', createdAt],
    ['Told per minute', perMinute],
    ['Deadline', deadline],
    ['Waiting', progress.waiting],
    ['Told', progress.told],
    ['Renewed', progress.renewed],
    ['Connected', progress.connected],
    ['Late', progress.late],
  ])
}

/** Of an issuer only that one is named: it is a whole PEM file. */
function tellWhom(filter: RotationAnswer['filter']): string {
  const named = Object.entries(filter).map(([name, value]) => (name === 'issuedBy' ? name : `${name} ${value}`))
  return named.join(', ') || 'all'
}

const COLUMNS: readonly Column<RotationAnswer>[] = [
  ['ROTATION', ({ id }) => id],
  ['STATE', ({ state }) => state],
  ['WHOM', ({ filter }) => tellWhom(filter)],
  ['STARTED', ({ createdAt }) => createdAt],
  ['DEADLINE', ({ deadline }) => deadline],
]

const MEMBER_COLUMNS: readonly Column<RotationMemberAnswer>[] = [
  ['DEVICE', ({ deviceId }) => deviceId],
  ['STATE', ({ state }) => state],
  ['TOLD', ({ toldAt }) => toldAt],
]
