import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandFailed } from './command-failed.ts'
import { type EmqxSetUp, renderEmqxConfig } from './output/emqx-config.ts'
import type { CommandContext } from './ports.ts'
import { readNamedFile } from './tls-files.ts'

interface EmqxConfigOptions {
  readonly config?: string
  readonly url?: string
  readonly tokenFile?: string
  readonly emqxCerts?: string
}

export function addEmqxConfigCommand(program: Command, { terminal, local }: CommandContext): void {
  program
    .command('emqx-config')
    .description('print what an EMQX beside this hub needs in emqx.conf')
    .option('--config <file>', 'configuration file of this hub (default: config.yaml)')
    .option('--url <url>', 'how EMQX reaches this hub (default: plain HTTP on this machine)')
    .option('--token-file <file>', 'file that holds a token of the role validator, to print it where it belongs')
    .option('--emqx-certs <folder>', "where EMQX finds certificates and key (default: this hub's own folder)")
    .action(async ({ config, url, tokenFile, emqxCerts }: EmqxConfigOptions) => {
      const request = config === undefined ? { flags: [] } : { flags: [], configFile: config }
      const { certsDir, apiPort } = await local.readSettings(request)
      const token = tokenFile && (await readNamedFile(tokenFile, terminal.cwd)).toString().trim()
      const setUp: EmqxSetUp = {
        url: url === undefined ? `http://127.0.0.1:${apiPort}` : parseUrl(url),
        token: token || 'TOKEN',
        certsFolder: emqxCerts ?? resolve(terminal.cwd, certsDir),
        command: terminal.command,
      }
      terminal.stdout.write(renderEmqxConfig(setUp))
    })
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin
  throw new CommandFailed(`--url ${text}: expected https://HOST:PORT, or http:// for this machine`)
}
