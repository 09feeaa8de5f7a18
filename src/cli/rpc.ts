import { type Command, InvalidArgumentError } from 'commander'
import { DURATION_PATTERN, readDuration } from '../duration.ts'
import { PATIENCE_MILLISECONDS } from './hub/hub-client.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import type { CommandContext } from './ports.ts'

interface RpcOptions extends HubOptions {
  readonly timeout?: number
}

export function addRpcCommand(program: Command, context: CommandContext): void {
  addHubOptions(
    program
      .command('rpc')
      .argument('<user/device>', 'whom to ask', readTarget)
      .argument('<method>', 'what it is to do')
      .argument('[params]', 'as JSON', readJson)
      .description('ask a device to do something, and print its answer'),
  )
    .option('--timeout <duration>', 'how long it may take, as 30s; two minutes at most', readTimeout)
    .action(async (path: string, method: string, params: unknown, { timeout, ...options }: RpcOptions) => {
      const hub = await openHubClient(options, context)
      const body = { method, params, ...(timeout === undefined ? {} : { timeoutMs: timeout }) }
      const patience = PATIENCE_MILLISECONDS + (timeout ?? 0)
      const { result } = await hub.call<{ readonly result: unknown }>('POST', path, body, patience)
      context.terminal.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    })
}

function readTarget(text: string): string {
  const [userId, deviceId, ...more] = text.split('/')
  if (!userId || !deviceId || more.length > 0) throw new InvalidArgumentError('expected USER/DEVICE')
  return `/api/users/${encodeURIComponent(userId)}/devices/${encodeURIComponent(deviceId)}/rpc`
}

/** Milliseconds. */
function readTimeout(text: string): number {
  if (!DURATION_PATTERN.test(text)) throw new InvalidArgumentError('expected a duration, as 30s')
  return readDuration(text) * 1000
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('expected JSON, as \'{"on": true}\'')
  }
}
