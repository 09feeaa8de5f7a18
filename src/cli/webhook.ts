import type { Command } from 'commander'
import { CommandFailed } from './command-failed.ts'
import type { WebhookAnswer, WebhookDeliveryAnswer, WebhookOutcomeAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

interface AddOptions extends HubOptions {
  readonly urlFile?: string
  readonly name?: string
  readonly events?: string
  readonly topic: readonly string[]
  readonly templateFile?: string
  readonly form?: boolean
  readonly headerFile?: string
  readonly secretFile?: string
}

type ListOptions = HubOptions & { readonly json?: boolean }

export function addWebhookCommands(program: Command, context: CommandContext): void {
  const { stdout, stderr } = context.terminal
  const webhook = program.command('webhook').description('who is told by an HTTP request of what happens')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(webhook.command(usage).description(description))
  const pathOf = (id: string): string => `/api/webhooks/${encodeURIComponent(id)}`
  const deliveryOf = (id: string, delivery: string): string =>
    `${pathOf(id)}/deliveries/${encodeURIComponent(delivery)}`

  verb('add [url]', 'have a URL told of events, or of messages; prints the secret it is signed with, this once')
    .option('--url-file <file>', 'file that holds the URL, where a token stands in it')
    .option('--name <name>', 'what to call it')
    .option('--events <types>', 'of which events, as certificate.*,device.connected')
    .option('--topic <filter>', 'of the messages of this topic filter; may be repeated', collect, [])
    .option('--template-file <file>', 'JSON of the body, with {{path}} in its strings')
    .option('--form', 'send the body as a form, not as JSON')
    .option('--header-file <file>', 'JSON object of further headers')
    .option('--secret-file <file>', 'file that holds the secret to sign with')
    .action(async (url: string | undefined, options: AddOptions) => {
      const request = await readRequest(url, options, context.terminal.cwd)
      const hub = await openHubClient(options, context)
      const added = await hub.call<WebhookAnswer & { readonly secret: string }>('POST', '/api/webhooks', request)
      if (options.secretFile === undefined) stdout.write(`${added.secret}\n`)
      stderr.write(`Webhook ${added.id} tells ${added.target}; try it with signet webhook test ${added.id}\n`)
    })

  verb('list', 'list the webhooks, without what is secret')
    .option('--json', 'as JSON')
    .action(async (options: ListOptions) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<WebhookAnswer>('/api/webhooks'), COLUMNS, options)
    })

  verb('show <id>', 'show one webhook, and what has not reached it')
    .option('--json', 'as JSON')
    .action(async (id: string, options: ListOptions) => {
      const hub = await openHubClient(options, context)
      const found = await hub.call<WebhookAnswer>('GET', pathOf(id))
      const dead = await hub.list<WebhookDeliveryAnswer>(`${pathOf(id)}/deliveries?state=dead`)
      if (options.json) stdout.write(`${JSON.stringify({ ...found, deliveries: dead }, null, 2)}\n`)
      else stdout.write(renderFields(readFields(found)))
      if (!options.json && dead.length > 0) stdout.write('\n')
      if (!options.json && dead.length > 0) printItems(stdout, dead, DELIVERY_COLUMNS, options)
    })

  verb('test <id>', 'send an event webhook.test now').action(async (id: string, options: HubOptions) => {
    const hub = await openHubClient(options, context)
    const { delivered, status, error } = await hub.call<WebhookOutcomeAnswer>('POST', `${pathOf(id)}/test`)
    if (!delivered) throw new CommandFailed(`The target did not take it: ${error}`)
    stdout.write(`The target answered ${status}\n`)
  })

  verb('retry <id> <delivery>', 'send again what did not reach its target').action(
    async (id: string, delivery: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('POST', `${deliveryOf(id, delivery)}/retry`)
      stdout.write(`Delivery ${delivery} is due\n`)
    },
  )

  verb('drop <id> <delivery>', 'give up what did not reach its target').action(
    async (id: string, delivery: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('DELETE', deliveryOf(id, delivery))
      stdout.write(`Delivery ${delivery} is dropped\n`)
    },
  )

  verb('remove <id>', 'remove a webhook with all that waits for it').action(async (id: string, options: HubOptions) => {
    const hub = await openHubClient(options, context)
    await hub.call('DELETE', pathOf(id))
    stdout.write(`Webhook ${id} is removed\n`)
  })
}

function collect(filter: string, filters: readonly string[]): readonly string[] {
  return [...filters, filter]
}

async function readRequest(url: string | undefined, options: AddOptions, cwd: string): Promise<object> {
  const { urlFile, name, events, topic, templateFile, form, headerFile, secretFile } = options
  const read = async (file: string): Promise<string> => (await readNamedFile(file, cwd)).toString().trim()
  if ((url === undefined) === (urlFile === undefined)) {
    throw new CommandFailed('Give the URL as a word, or name its file with --url-file')
  }
  return {
    url: urlFile === undefined ? url : await read(urlFile),
    ...(name === undefined ? {} : { name }),
    ...(events === undefined ? {} : { events: events.split(',') }),
    ...(topic.length === 0 ? {} : { topicFilters: topic }),
    ...(templateFile === undefined ? {} : { template: parse(await read(templateFile), templateFile) }),
    ...(form ? { format: 'form' } : {}),
    ...(headerFile === undefined ? {} : { headers: parse(await read(headerFile), headerFile) }),
    ...(secretFile === undefined ? {} : { secret: await read(secretFile) }),
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CommandFailed(`${file} is not JSON`, { cause })
  }
}

const COLUMNS: readonly Column<WebhookAnswer>[] = [
  ['ID', ({ id }) => id],
  ['NAME', ({ name }) => name],
  ['STATE', ({ state }) => state],
  ['TARGET', ({ target }) => target],
  ['EVENTS', ({ events }) => events],
  ['TOPICS', ({ topicFilters }) => topicFilters],
  ['WAITING', ({ pending }) => pending],
  ['DEAD', ({ dead }) => dead],
  ['DROPPED', ({ dropped }) => dropped],
]

const DELIVERY_COLUMNS: readonly Column<WebhookDeliveryAnswer>[] = [
  ['DELIVERY', ({ id }) => id],
  ['EVENT', ({ event }) => event],
  ['SINCE', ({ createdAt }) => createdAt],
  ['ATTEMPTS', ({ attempts }) => attempts],
  ['ERROR', ({ error }) => error],
]

function readFields(webhook: WebhookAnswer): readonly (readonly [string, unknown])[] {
  const { id, name, state, target, events, topicFilters, format, hasTemplate, headerNames, createdAt } = webhook
  return [
    ['Id', id],
    ['Name', name],
    ['State', state],
    ['Target', target],
    ['Events', events],
    ['Topic filters', topicFilters],
    ['Body', `${hasTemplate ? 'a template' : 'the event'}, as ${format === 'json' ? 'JSON' : 'a form'}`],
    ['Headers', headerNames],
    ['Since', createdAt],
    ['Deliveries', `${webhook.pending} waiting, ${webhook.dead} dead, ${webhook.dropped} dropped`],
  ]
}
