import type { Command } from 'commander'
import type { CommandContext } from '../ports.ts'
import { localHubAddress, readRemoteHubAddress } from './hub-address.ts'
import { createHubClient, type HubClient } from './hub-client.ts'

/** The flags by which a verb finds its hub. */
export interface HubOptions {
  readonly config?: string
  readonly dataDir?: string
  readonly certsDir?: string
  readonly url?: string
  readonly tokenFile?: string
  readonly cert?: string
  readonly key?: string
  readonly ca?: string
}

/** Gives a verb the flags that name its hub: this machine's by default. */
export function addHubOptions(command: Command): Command {
  return addLocalHubOptions(command)
    .option('--url <url>', 'another hub, as https://HOST:PORT')
    .option('--token-file <file>', 'file that holds an API token, for --url')
    .option('--cert <file>', "an administrator's certificate, for --url")
    .option('--key <file>', 'its key')
    .option('--ca <file>', 'certificate of the CA that signed the certificate of --url')
}

/** The same for a verb that speaks to the hub of this machine alone. */
export function addLocalHubOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file that names the data folder (default: config.yaml)')
    .option('--data-dir <folder>', 'data folder of the hub on this machine')
}

export async function openHubClient(options: HubOptions, { local, terminal }: CommandContext): Promise<HubClient> {
  const onWarning = (warning: string): void => void terminal.stderr.write(`Warning: ${warning}\n`)
  if (options.url !== undefined) {
    return createHubClient(await readRemoteHubAddress({ ...options, url: options.url }, terminal.cwd), onWarning)
  }
  const { dataDir } = await local.readSettings(settingsRequest(options))
  return createHubClient(localHubAddress(dataDir), onWarning)
}

/** The flags of a verb that are settings, as the configuration takes them. */
export function settingsRequest({ config, dataDir, certsDir }: HubOptions) {
  const flags = [
    ...(dataDir === undefined ? [] : [`--data-dir=${dataDir}`]),
    ...(certsDir === undefined ? [] : [`--certs-dir=${certsDir}`]),
  ]
  return config === undefined ? { flags } : { flags, configFile: config }
}
