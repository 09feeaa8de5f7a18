import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type Command, InvalidArgumentError } from 'commander'
import { CommandFailed, readSystemCode } from './command-failed.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import type { CommandContext, Terminal } from './ports.ts'

interface PubOptions extends HubOptions {
  readonly file?: string
  readonly qos: number
  readonly retain?: boolean
  readonly base64?: boolean
}

export function addPubCommand(program: Command, context: CommandContext): void {
  addHubOptions(program.command('pub <topic> [message]').description('publish a message; - reads it from stdin'))
    .option('--file <file>', 'publish what this file holds')
    .option('--qos <qos>', '0, 1 or 2', readQoS, 0)
    .option('--retain', 'keep it for those who subscribe later; an empty message removes what is kept')
    .option('--base64', 'the message is base64, and published decoded')
    .action(async (topicName: string, message: string | undefined, options: PubOptions) => {
      const { qos, retain = false } = options
      const payload = await readPayload(message, options, context.terminal)
      const hub = await openHubClient(options, context)
      await hub.call('POST', '/api/publish', { topicName, payload, encoding: 'base64', qos, retain })
    })
}

function readQoS(text: string): number {
  if (!/^[012]$/.test(text)) throw new InvalidArgumentError('expected 0, 1 or 2')
  return Number(text)
}

/** In base64, which carries every octet. */
async function readPayload(
  message: string | undefined,
  { file, base64 = false }: PubOptions,
  { stdin, cwd }: Terminal,
): Promise<string> {
  if (message !== undefined && file !== undefined)
    throw new CommandFailed('There are two messages: give one as a word, or name its file with --file')
  const source = file === undefined ? message : { path: resolve(cwd, file) }
  const octets = await readOctets(source, stdin)
  // The hub judges what is no base64; a line's end is none of it.
  return base64 ? octets.toString().trim() : octets.toString('base64')
}

async function readOctets(
  source: string | { readonly path: string } | undefined,
  stdin: Terminal['stdin'],
): Promise<Buffer> {
  if (source === '-') return buffer(stdin)
  if (typeof source !== 'object') return Buffer.from(source ?? '')
  try {
    return await readFile(source.path)
  } catch (cause) {
    throw new CommandFailed(`${source.path} cannot be read: ${readSystemCode(cause)}`, { cause })
  }
}
