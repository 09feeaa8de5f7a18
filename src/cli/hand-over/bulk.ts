import { createReadStream } from 'node:fs'
import { join, resolve } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'
import type { BulkAnswer } from '../hub/answers.ts'
import type { HubClient, Table } from '../hub/hub-client.ts'
import { type HubOptions, openHubClient, settingsRequest } from '../hub/hub-options.ts'
import type { CommandContext, Terminal } from '../ports.ts'
import { type BulkFolder, openBulkFolder } from './bulk-folder.ts'

export interface BulkOptions extends HubOptions {
  readonly out?: string
  readonly claims?: boolean
  readonly dryRun?: boolean
  readonly reissue?: boolean
}

/** Creates the devices of a table and keeps what the hub answers for each as it comes; sent again, it goes on where it ended. */
export async function addDevicesOf(file: string, options: BulkOptions, context: CommandContext): Promise<void> {
  const { stdout, stderr, cwd } = context.terminal
  const out = await folderOf(options, context)
  const hub = await openHubClient(options, context)
  const as = options.claims ? 'claims' : 'keys'
  const folder = options.dryRun ? undefined : await openBulkFolder(out, as)
  const run = new BulkRun(hub, folder, context.terminal)
  const query = `as=${as}&dryRun=${options.dryRun === true}`
  await run.send(`${query}&onExisting=skip`, readTable(file, cwd))
  if (options.reissue && run.missing.length > 0) {
    const rows = run.missing.splice(0).map((deviceId) => ({ deviceId }))
    await run.send(`${query}&onExisting=rotate`, toTable(rows))
  }
  stdout.write(`${run.describe()}\n`)
  if (run.missing.length > 0) {
    stderr.write(
      `Warning: what ${run.missing.length} devices were given before is not in ${out}: --reissue gives it to them anew\n`,
    )
  }
  if (run.failures > 0) throw new CommandFailed(`${run.failures} rows failed: mend them and send the file again`)
}

class BulkRun {
  readonly #hub: HubClient
  readonly #folder: BulkFolder | undefined
  readonly #terminal: Terminal
  readonly #counts = new Map<string, number>()
  /** Who has been given something that is not in the folder. */
  readonly missing: string[] = []

  constructor(hub: HubClient, folder: BulkFolder | undefined, terminal: Terminal) {
    this.#hub = hub
    this.#folder = folder
    this.#terminal = terminal
  }

  get failures(): number {
    return this.#counts.get('failed') ?? 0
  }

  async send(query: string, table: Table): Promise<void> {
    let last: BulkAnswer | undefined
    for await (const line of this.#hub.exchangeLines<BulkAnswer>(`/api/devices/bulk?${query}`, table)) {
      last = line
      await this.#take(line)
    }
    if (last?.status === 'finished') return
    throw new CommandFailed(`The hub ended before the table did: ${last?.detail ?? 'send the file again'}`)
  }

  describe(): string {
    return [...this.#counts].map(([status, count]) => `${count} ${status}`).join(', ') || 'The table has no rows'
  }

  async #take(line: BulkAnswer): Promise<void> {
    const { status, deviceId } = line
    if (status === 'progress') return this.#tellProgress(line)
    await this.#folder?.save(line)
    // The first and the last line are of no device.
    if (line.line === undefined) return
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1)
    if (status === 'failed') this.#tellFailure(line)
    if (status === 'skipped' && deviceId !== undefined && this.#folder && !(await this.#folder.holds(deviceId))) {
      this.missing.push(deviceId)
    }
  }

  #tellProgress({ counts = {} }: BulkAnswer): void {
    const { stderr } = this.#terminal
    if (!stderr.isTTY) return
    const done = Object.values(counts).reduce((sum, count) => sum + count, 0)
    stderr.write(`${done} rows done\r`)
  }

  #tellFailure({ line, deviceId = '', code, detail }: BulkAnswer): void {
    this.#terminal.stderr.write(`Line ${line} ${JSON.stringify(deviceId)}: ${detail} (${code})\n`)
  }
}

async function folderOf(options: BulkOptions, { local, terminal }: CommandContext): Promise<string> {
  if (options.out !== undefined) return resolve(terminal.cwd, options.out)
  return join((await local.readSettings(settingsRequest(options))).certsDir, 'devices')
}

function readTable(file: string, cwd: string): Table {
  const type = /\.csv$/i.test(file) ? 'text/csv' : 'application/x-ndjson'
  return { type, octets: readOctets(file, cwd) }
}

async function* readOctets(file: string, cwd: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(resolve(cwd, file))
  } catch (cause) {
    throw new CommandFailed(`${file} cannot be read: ${readSystemCode(cause)}`, { cause })
  }
}

function toTable(rows: readonly object[]): Table {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`)
  return { type: 'application/x-ndjson', octets: toOctets(lines) }
}

async function* toOctets(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(line)
}
