import type { Command } from 'commander'
import { CommandFailed } from '../command-failed.ts'
import { printItems, renderFields } from '../output/table.ts'
import type { CommandContext } from '../ports.ts'
import { readNamedFile, readTlsFiles } from '../tls-files.ts'
import { saveReport } from './report-file.ts'
import { collectRetained, publishRetained, type RetainedMessage, withClient } from './retained-messages.ts'
import { reportCopy } from './retained-report.ts'
import { addTargetOptions, type TargetOptions, withTarget } from './retained-target.ts'

interface RetainedOptions extends TargetOptions {
  readonly from: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly username?: string
  readonly passwordFile?: string
  readonly topic: string
  readonly apply?: boolean
  readonly report?: string
  readonly json?: boolean
}

export function addRetainedCommand(verbs: Command, context: CommandContext): void {
  addTargetOptions(
    verbs
      .command('retained')
      .description('copy the retained messages of another broker, over MQTT, with the certificate of a service'),
  )
    .requiredOption('--from <url>', 'the other broker, as mqtts://HOST:PORT')
    .option('--ca <file>', 'certificate of its CA')
    .option('--cert <file>', 'certificate to show it')
    .option('--key <file>', 'its key')
    .option('--username <name>', 'user name to send it')
    .option('--password-file <file>', 'file that holds the password')
    .option('--topic <filter>', 'which messages', '#')
    .option('--apply', 'publish them; without this they are only counted')
    .option('--report <file>', 'where --apply writes what it does, for import undo (default: retained-report.json)')
    .option('--json', 'print the topics as JSON')
    .action((options: RetainedOptions) => copyRetained(options, context))
}

async function copyRetained(options: RetainedOptions, context: CommandContext): Promise<void> {
  const { stdout, stderr, cwd } = context.terminal
  const { topic, quiet } = options
  const found = await withClient(options.from, await readSourceLogin(options, cwd), (client) =>
    collectRetained(client, topic, Number(quiet)),
  )
  const messages = [...found].map(([topicName, payload]) => ({ topicName, payload }))
  const copy = options.apply ? await copyToHub(messages, options, context) : undefined
  const missing = copy?.missing ?? []
  const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0)
  const items = messages.map(({ topicName, payload }) => ({ topicName, bytes: payload.length }))
  if (options.json) printItems(stdout, items, [], options)
  else
    stdout.write(
      renderFields([
        ['Retained messages', messages.length],
        ['Bytes', bytes],
        ['Kept by the hub', options.apply ? messages.length - missing.length : 'nothing yet: --apply publishes them'],
      ]),
    )
  if (copy) stderr.write(`What was copied stands in ${copy.file}: signet import undo ${copy.file} takes it back\n`)
  if (missing.length > 0) {
    throw new CommandFailed(
      `${missing.length} messages were not kept, such as ${missing[0]}: the service's policy does not cover them, or limits.retained_* are reached`,
    )
  }
}

async function readSourceLogin({ ca, cert, key, username, passwordFile }: RetainedOptions, cwd: string) {
  const password = passwordFile === undefined ? undefined : (await readNamedFile(passwordFile, cwd)).toString().trim()
  return {
    ...(await readTlsFiles({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }, cwd)),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

interface Copy {
  /** What the hub does not keep though it was told to. */
  readonly missing: readonly string[]
  readonly file: string
}

/** A publish that no policy allows is acknowledged as well: what the hub keeps is asked of it afterwards. */
async function copyToHub(
  messages: readonly RetainedMessage[],
  options: RetainedOptions,
  context: CommandContext,
): Promise<Copy> {
  const { topic, quiet, report: wanted } = options
  return withTarget(options, context, async (client) => {
    const before = await collectRetained(client, topic, Number(quiet))
    // What the hub has already is not copied, and so never taken back.
    const wants = messages.filter(({ topicName, payload }) => !before.get(topicName)?.equals(payload))
    // Before the first is published: what is copied can be taken back, though this is killed in between.
    const place = { wanted, usual: 'retained-report', otherwise: 'Nothing was copied' }
    const file = await saveReport(reportCopy(topic, wants, before), place, context.terminal.cwd)
    await publishRetained(client, wants)
    const kept = await collectRetained(client, topic, Number(quiet))
    const missing = messages.filter(({ topicName, payload }) => !kept.get(topicName)?.equals(payload))
    return { missing: missing.map(({ topicName }) => topicName), file }
  })
}
