import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import type { IClientOptions, MqttClient } from 'mqtt'
import { CommandFailed } from '../command-failed.ts'
import { printItems, renderFields } from '../output/table.ts'
import type { CommandContext } from '../ports.ts'
import { readNamedFile, readTlsFiles } from '../tls-files.ts'

interface RetainedOptions {
  readonly from: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly username?: string
  readonly passwordFile?: string
  readonly topic: string
  readonly quiet: string
  readonly hub: string
  readonly hubCa?: string
  readonly hubCert?: string
  readonly hubKey?: string
  readonly apply?: boolean
  readonly json?: boolean
}

interface RetainedMessage {
  readonly topicName: string
  readonly payload: Buffer
}

export function addRetainedCommand(verbs: Command, context: CommandContext): void {
  verbs
    .command('retained')
    .description('copy the retained messages of another broker, over MQTT, with the certificate of a service')
    .requiredOption('--from <url>', 'the other broker, as mqtts://HOST:PORT')
    .option('--ca <file>', 'certificate of its CA')
    .option('--cert <file>', 'certificate to show it')
    .option('--key <file>', 'its key')
    .option('--username <name>', 'user name to send it')
    .option('--password-file <file>', 'file that holds the password')
    .option('--topic <filter>', 'which messages', '#')
    .option('--quiet <milliseconds>', 'how long nothing must come before it is taken for all', '1000')
    .option('--hub <url>', 'this hub', 'mqtts://localhost:8883')
    .option('--hub-ca <file>', "certificate of the hub's CA")
    .option('--hub-cert <file>', 'certificate of a service that may publish and subscribe to the topics')
    .option('--hub-key <file>', 'its key')
    .option('--apply', 'publish them; without this they are only counted')
    .option('--json', 'print the topics as JSON')
    .action((options: RetainedOptions) => copyRetained(options, context))
}

async function copyRetained(options: RetainedOptions, { terminal: { stdout, cwd } }: CommandContext): Promise<void> {
  const { topic, quiet } = options
  const messages = await withClient(options.from, await readSourceLogin(options, cwd), (client) =>
    collectRetained(client, topic, Number(quiet)),
  )
  const missing = options.apply ? await publishRetained(messages, options, cwd) : []
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

/** A publish that no policy allows is acknowledged as well: what the hub keeps is asked of it afterwards. */
async function publishRetained(
  messages: readonly RetainedMessage[],
  { hub, hubCa: ca, hubCert: cert, hubKey: key, topic, quiet }: RetainedOptions,
  cwd: string,
): Promise<readonly string[]> {
  const files = await readTlsFiles({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }, cwd)
  return withClient(hub, files, async (client) => {
    for (const { topicName, payload } of messages)
      await client.publishAsync(topicName, payload, { qos: 1, retain: true })
    const kept = new Map((await collectRetained(client, topic, Number(quiet))).map((each) => [each.topicName, each]))
    const isKept = ({ topicName, payload }: RetainedMessage): boolean =>
      kept.get(topicName)?.payload.equals(payload) ?? false
    return messages.filter((message) => !isKept(message)).map(({ topicName }) => topicName)
  })
}

async function withClient<Result>(
  url: string,
  login: IClientOptions,
  work: (client: MqttClient) => Promise<Result>,
): Promise<Result> {
  // Loaded here alone: it takes longer than everything else that the other verbs need.
  const { connectAsync } = await import('mqtt')
  const options = { ...login, protocolVersion: 4, clean: true, reconnectPeriod: 0, clientId: '' } as const
  try {
    const client = await connectAsync(url, options)
    client.on('error', () => undefined)
    await using _end = { [Symbol.asyncDispose]: () => client.endAsync() }
    return await work(client)
  } catch (cause) {
    throw new CommandFailed(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Every retained message under the filter: all that came until a PINGREQ was answered and nothing more had come. */
export async function collectRetained(
  client: MqttClient,
  topicFilter: string,
  quietMilliseconds: number,
): Promise<readonly RetainedMessage[]> {
  const found = new Map<string, RetainedMessage>()
  client.on('message', (topicName, payload, { retain }) => {
    // MQTT 3.1.1 §3.3.1.3: the flag tells what was retained from what is published now.
    if (retain) found.set(topicName, { topicName, payload })
  })
  await client.subscribeAsync(topicFilter, { qos: 1 })
  for (let before = -1; before !== found.size; ) {
    before = found.size
    await setTimeout(quietMilliseconds)
    await pingOnce(client)
  }
  return [...found.values()]
}

function pingOnce(client: MqttClient): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onPacket = ({ cmd }: { readonly cmd: string }): void => {
    if (cmd === 'pingresp') settle(resolve)
  }
  const onClose = (): void => settle(() => reject(new Error('the connection was closed')))
  const settle = (then: () => void): void => {
    client.off('packetreceive', onPacket).off('close', onClose)
    then()
  }
  client.on('packetreceive', onPacket).on('close', onClose)
  client.sendPing()
  return promise
}
