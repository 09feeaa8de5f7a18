import { type Command, InvalidArgumentError } from 'commander'
import type { EventAnswer } from './hub/answers.ts'
import { followEvents } from './hub/followed-events.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, formatCell, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { openStopSignal } from './stop-signal.ts'

interface EventsOptions extends HubOptions {
  readonly type?: string
  readonly device?: string
  readonly limit: number
  readonly follow?: boolean
  readonly json?: boolean
}

export function addEventsCommand(program: Command, context: CommandContext): void {
  const { stdout, stderr, signals, outputEnded } = context.terminal
  addHubOptions(program.command('events').description('what has happened lately, and what happens'))
    .option('--type <types>', 'only these, as certificate.*,device.connected')
    .option('--device <id>', 'only those of this device')
    .option('--limit <count>', 'how many of the newest, 500 at most', readLimit, 50)
    .option('--follow', 'go on with those that come, until it is stopped')
    .option('--json', 'as JSON; with --follow an object a line')
    .action(async (options: EventsOptions) => {
      const hub = await openHubClient(options, context)
      if (!options.follow) {
        const query = queryOf(options, { limit: String(options.limit) })
        const { items } = await hub.call<{ readonly items: readonly EventAnswer[] }>('GET', `/api/events?${query}`)
        // The newest is the last, as in a log.
        return printItems(stdout, items.toReversed(), COLUMNS, options)
      }
      using stop = openStopSignal(signals)
      const onBreak = (): void => {
        stderr.write('The connection to the hub has broken: trying until it is back\n')
      }
      const signal = AbortSignal.any([stop.signal, outputEnded])
      const following = { path: `/api/events?${queryOf(options)}`, signal, onBreak }
      for await (const { event, data } of followEvents(hub, following)) {
        if (event === 'gap') stderr.write('Some events before this one are not kept any more\n')
        else if (data !== undefined) stdout.write(options.json ? `${data}\n` : lineOf(JSON.parse(data)))
      }
    })
}

function readLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 500) return limit
  throw new InvalidArgumentError('expected a number from 1 to 500')
}

function queryOf({ type, device }: EventsOptions, more: Readonly<Record<string, string>> = {}): URLSearchParams {
  return new URLSearchParams({
    ...(type === undefined ? {} : { type }),
    ...(device === undefined ? {} : { deviceId: device }),
    ...more,
  })
}

const COLUMNS: readonly Column<EventAnswer>[] = [
  ['AT', ({ at }) => at],
  ['TYPE', ({ type }) => type],
  ['WHAT', ({ data }) => describe(data)],
]

function lineOf({ at, type, data }: EventAnswer): string {
  return `${[at, type, describe(data)].map(formatCell).join('  ')}\n`
}

function describe(data: EventAnswer['data']): readonly string[] {
  return Object.entries(data).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  )
}
