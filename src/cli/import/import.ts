import type { Command } from 'commander'
import { CommandFailed } from '../command-failed.ts'
import type { ImportAnswer, ImportUndoAnswer } from '../hub/answers.ts'
import type { HubClient } from '../hub/hub-client.ts'
import { addHubOptions, type HubOptions, openHubClient } from '../hub/hub-options.ts'
import type { CommandContext } from '../ports.ts'
import { readNamedFile } from '../tls-files.ts'
import {
  addEmqxOptions,
  addMosquittoOptions,
  type EmqxOptions,
  type MosquittoOptions,
  readEmqx,
  readMosquitto,
} from './broker-sources.ts'
import { describeForeignCa } from './ca-comparison.ts'
import { readCertificateFolder } from './certificate-folder.ts'
import { planCertificates } from './certificate-source.ts'
import { planTable } from './device-table.ts'
import { type ImportPlan, withCertificates } from './import-plan.ts'
import { renderReport, renderUndo } from './import-report.ts'
import { addPasswordOptions, type PasswordOptions, readPasswordsUntil } from './passwords-until.ts'
import { readReport, saveReport } from './report-file.ts'
import { addRetainedCommand } from './retained.ts'
import { isRetainedReport } from './retained-report.ts'
import { addTargetOptions, type TargetOptions } from './retained-target.ts'
import { undoRetained } from './retained-undo.ts'

interface ImportOptions extends HubOptions, PasswordOptions {
  readonly apply?: boolean
  readonly strict?: boolean
  readonly json?: boolean
  readonly report?: string
  readonly certs?: string
  readonly user?: string
  readonly ourCa?: string
}

export function addImportCommands(program: Command, context: CommandContext): void {
  const verbs = program
    .command('import')
    .description('move a fleet in: a dry run first, which names who would be refused')
  const source = (usage: string, description: string): Command =>
    addHubOptions(verbs.command(usage).description(description))
      .option('--apply', 'do it; without this nothing is kept')
      .option('--strict', 'fail, and do nothing, when any device would be refused')
      .option('--report <file>', 'where --apply writes what it did, for import undo (default: import-report.json)')
      .option('--json', 'print the report as JSON')
  const certs = ['--certs <folder>', "folder of the devices' certificates, found by fingerprint or CN"] as const

  source('certificates <folder>', 'a folder of certificates, also nested; keys are not read')
    .option('--user <id>', 'user who owns the devices (default: default)')
    .option('--our-ca <file>', "certificate of the CA that signed them, compared with the hub's")
    .action(async (folder: string, options: ImportOptions) => {
      const plan = planCertificates(await readCertificateFolder(folder, context.terminal.cwd), options.user)
      await run(plan, options, context)
    })

  source('csv <file>', 'a table with a header: deviceId,userId,fingerprint,clientId,username,pem')
    .option(...certs)
    .action(async (file: string, options: ImportOptions) => {
      const text = (await readNamedFile(file, context.terminal.cwd)).toString()
      await run(await joinCertificates(planTable(text, file), options, context), options, context)
    })

  addPasswordOptions(
    addEmqxOptions(source('emqx', 'what an EMQX knows: clients, users, rules and bans, as its REST API answers')),
  )
    .option(...certs)
    .action(async (options: ImportOptions & EmqxOptions) => {
      const plan = await readEmqx(options, context.terminal)
      await run(await joinCertificates(plan, options, context), options, context)
    })

  addPasswordOptions(
    addMosquittoOptions(source('mosquitto', 'what a Mosquitto knows: its clients, roles, passwords and access rules')),
  )
    .option(...certs)
    .action(async (options: ImportOptions & MosquittoOptions) => {
      await run(await readMosquitto(options, context.terminal), options, context)
    })

  addRetainedCommand(verbs, context)
  addTargetOptions(
    addHubOptions(verbs.command('undo <report>').description('take back what the report of an import says it did')),
  ).action(async (file: string, options: HubOptions & TargetOptions) => {
    const report = await readReport(file, context.terminal.cwd)
    if (isRetainedReport(report)) return undoRetained(report, options, context)
    const hub = await openHubClient(options, context)
    context.terminal.stdout.write(renderUndo(await hub.call<ImportUndoAnswer>('POST', '/api/import/undo', report)))
  })
}

async function joinCertificates(
  plan: ImportPlan,
  { certs }: ImportOptions,
  { terminal }: CommandContext,
): Promise<ImportPlan> {
  return certs === undefined ? plan : withCertificates(plan, await readCertificateFolder(certs, terminal.cwd))
}

async function run(plan: ImportPlan, options: ImportOptions, context: CommandContext): Promise<void> {
  const { stdout, stderr, cwd } = context.terminal
  const request = { ...plan, passwordsUntil: readPasswordsUntil(options) }
  const hub = await openHubClient(options, context)
  if (options.ourCa !== undefined) {
    const warning = await describeForeignCa(await readNamedFile(options.ourCa, cwd), hub)
    if (warning) stderr.write(`signet: ${warning}\n`)
  }
  const rehearse = options.strict || !options.apply
  let report = rehearse ? await send(request, hub, true) : await send(request, hub, false)
  const refused = report.devices.filter(({ reasons }) => reasons.length > 0)
  const mayApply = options.apply && !(options.strict && refused.length > 0)
  if (rehearse && mayApply) report = await send(request, hub, false)
  if (options.json) stdout.write(`${JSON.stringify({ ...report, leftOut: plan.leftOut }, null, 2)}\n`)
  else stdout.write(renderReport(report, plan.leftOut))
  if (report.applied) {
    const place = { wanted: options.report, usual: 'import-report', otherwise: 'The import is done' }
    const file = await saveReport(report, place, cwd)
    stderr.write(`What was done stands in ${file}: signet import undo ${file} takes it back\n`)
  }
  if (options.strict && refused.length > 0) {
    throw new CommandFailed(`${refused.length} devices would be refused, and nothing was imported`)
  }
}

interface PlanRequest extends ImportPlan {
  readonly passwordsUntil: string | undefined
}

function send(
  { devices, policies, passwordsUntil }: PlanRequest,
  hub: HubClient,
  dryRun: boolean,
): Promise<ImportAnswer> {
  const dated = passwordsUntil === undefined ? {} : { passwordsUntil }
  return hub.call('POST', '/api/import', { dryRun, policies, devices, ...dated })
}
