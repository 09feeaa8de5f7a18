import type { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { parseId } from '../identifiers.ts'
import { CommandFailed } from './command-failed.ts'
import type { CheckupAnswer, FindingAnswer, VerdictAnswer } from './hub/answers.ts'
import type { HubClient } from './hub/hub-client.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { saveHandedFile } from './output/handed-file.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext, Output, Terminal } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

interface DoctorOptions extends HubOptions {
  readonly certificate?: string
  readonly bundle?: string
  readonly json?: boolean
}

export function addDoctorCommand(program: Command, context: CommandContext): void {
  const { stdout, cwd } = context.terminal
  const doctor = program
    .command('doctor [id]')
    .description('find what is wrong with the hub, a device or a certificate')
  addHubOptions(doctor)
    .option('--certificate <file>', 'whether this certificate (PEM or DER) would be let in, and if not, why')
    .option('--bundle <file>', 'save what somebody asks for who is to help, without secrets, in a zip archive')
    .option('--json', 'as JSON')
    .action(async (id: string | undefined, options: DoctorOptions) => {
      if (id !== undefined && options.certificate !== undefined) doctor.error('error: an id or --certificate, not both')
      if (options.bundle !== undefined && (id !== undefined || options.certificate !== undefined))
        doctor.error('error: --bundle is of the hub: neither an id nor --certificate goes with it')
      const hub = await openHubClient(options, context)
      if (options.bundle !== undefined) return saveBundle(options.bundle, hub, context.terminal)
      if (options.certificate !== undefined) {
        return reportVerdict(await judge(await readNamedFile(options.certificate, cwd), hub), stdout, options)
      }
      const { checks } = id === undefined ? await checkHub(hub) : await examine(parseId(id, 'device'), hub)
      printItems(stdout, checks, COLUMNS, options)
      const found = checks.filter(({ status }) => status === 'warning' || status === 'failed').length
      if (found > 0) throw new CommandFailed(`${found === 1 ? '1 check' : `${found} checks`} found something to mend`)
    })
}

async function saveBundle(name: string, hub: HubClient, { stdout, cwd }: Terminal): Promise<void> {
  const file = await saveHandedFile(name, cwd, () => hub.download('/api/diagnostics/support-bundle'))
  stdout.write(`${file} has no secret in it; ids of devices, names of users and addresses are\n`)
}

const COLUMNS: readonly Column<FindingAnswer>[] = [
  ['STATUS', ({ status }) => status],
  ['CHECK', ({ name }) => name],
  ['FOUND', ({ detail }) => detail],
  ['WHAT TO DO', ({ mend }) => mend],
]

async function checkHub(hub: HubClient): Promise<CheckupAnswer> {
  const checkup = await hub.call<CheckupAnswer>('GET', '/api/diagnostics/hub')
  return { ...checkup, checks: [...checkup.checks, compareClocks(new Date(checkup.now), systemClock())] }
}

const MOST_APART_MS = 60_000

/** Certificates are judged by the hub's clock, and by the device's. */
function compareClocks(theirs: Date, ours: Date): FindingAnswer {
  const apart = Math.round(Math.abs(theirs.getTime() - ours.getTime()) / 1000)
  const status = apart * 1000 > MOST_APART_MS ? 'warning' : 'ok'
  const mend = status === 'ok' ? null : 'set both clocks (NTP)'
  const detail = `the hub's clock and this machine's are ${apart} s apart`
  return { name: 'clocks', status, code: 'clocks_apart', values: { seconds: apart }, detail, mend, cause: null }
}

async function examine(id: string, hub: HubClient): Promise<CheckupAnswer> {
  const path = encodeURIComponent(id)
  try {
    return await hub.call<CheckupAnswer>('GET', `/api/diagnostics/devices/${path}`)
  } catch (error) {
    if (!hasCode(error, 'device_not_found')) throw error
  }
  try {
    return await hub.call<CheckupAnswer>('GET', `/api/diagnostics/services/${path}`)
  } catch (error) {
    if (!hasCode(error, 'service_not_found')) throw error
    throw new CommandFailed(`No device or service is called "${id}"`, { cause: error })
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof CommandFailed && error.code === code
}

/** What might hold a private key stays on this machine. */
function judge(contents: Buffer, hub: HubClient): Promise<VerdictAnswer> {
  const text = contents.toString('latin1')
  if (text.includes('PRIVATE KEY-----')) {
    throw new CommandFailed('The file holds a private key: name the file of the certificate alone')
  }
  const certificate = text.includes('-----BEGIN') ? text : contents.toString('base64')
  return hub.call<VerdictAnswer>('POST', '/api/diagnostics/certificate', { certificate })
}

function reportVerdict(verdict: VerdictAnswer, stdout: Output, { json }: DoctorOptions): void {
  const { admitted, cause, mend, expected, presented, kind, hints } = verdict
  if (json) stdout.write(`${JSON.stringify(verdict, null, 2)}\n`)
  else
    stdout.write(
      renderFields([
        ['Let in', admitted ? 'yes' : 'no'],
        ['Kind', kind],
        ['Cause', cause],
        ['Expected', expected],
        ['What to do', mend],
        ...Object.entries(presented),
        ...hints.map((hint) => ['Hint', hint] as const),
      ]),
    )
  if (!admitted) throw new CommandFailed(`This certificate would be refused (${cause})`)
}
