import type { Command } from 'commander'
import type { MqttClient } from 'mqtt'
import type { CommandContext } from '../ports.ts'
import { readTlsFiles } from '../tls-files.ts'
import { withClient } from './retained-messages.ts'

/** How the retained messages of this hub are reached: over MQTT, with the certificate of a service. */
export interface TargetOptions {
  readonly quiet: string
  readonly hub?: string
  readonly hubCa?: string
  readonly hubCert?: string
  readonly hubKey?: string
}

export function addTargetOptions(command: Command): Command {
  return command
    .option(
      '--quiet <milliseconds>',
      'how long nothing must come before the retained messages are taken for all',
      '1000',
    )
    .option(
      '--hub <url>',
      'this hub, for retained messages (default: mqtts://localhost and the port of the configuration)',
    )
    .option('--hub-ca <file>', "certificate of the hub's CA")
    .option('--hub-cert <file>', 'certificate of a service that may publish and subscribe to the topics')
    .option('--hub-key <file>', 'its key')
}

export async function withTarget<Result>(
  { hub, hubCa: ca, hubCert: cert, hubKey: key }: TargetOptions,
  { terminal, local }: CommandContext,
  work: (client: MqttClient) => Promise<Result>,
): Promise<Result> {
  const files = await readTlsFiles({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }, terminal.cwd)
  return withClient(hub ?? `mqtts://localhost:${(await local.readSettings({ flags: [] })).mqttPort}`, files, work)
}
