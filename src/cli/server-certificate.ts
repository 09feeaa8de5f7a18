import { resolve } from 'node:path'
import type { Command } from 'commander'
import { parseFingerprint } from '../identifiers.ts'
import type { OwnCertificateAnswer, RevocationAnswer, ServerIssuedAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { formatPath } from './output/command-line.ts'
import { openCredentialFiles } from './output/credential-files.ts'
import { renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { saveSslSettings } from './ssl-settings.ts'

interface IssueOptions extends HubOptions {
  readonly out: string
  readonly keyAlgorithm?: string
  readonly json?: boolean
}

interface ImportOptions {
  readonly cert: string
  readonly key: string
  readonly config?: string
}

export function addServerCertificateCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const group = program
    .command('server-cert')
    .description("certificates of servers: the hub's own, and those of others")
  const verb = (usage: string, description: string): Command =>
    addHubOptions(group.command(usage).description(description))

  verb('issue <host...>', 'issue a certificate to another server, such as an EMQX, by its names and addresses')
    .requiredOption('--out <folder>', 'folder for key, certificate and CA')
    .option('--key-algorithm <name>', 'ec-p256, rsa-2048, rsa-3072, rsa-4096 or ed25519')
    .option('--json', 'print paths and fingerprint as JSON')
    .action((hosts: readonly string[], options: IssueOptions) => issue(hosts, options, context))

  verb('revoke <fingerprint>', 'revoke a certificate that was issued to another server')
    .option('--reason <reason>', 'why: keyCompromise, cessationOfOperation, ... (RFC 5280)')
    .action(async (text: string, options: HubOptions & { readonly reason?: string }) => {
      const fingerprint = parseFingerprint(text)
      const hub = await openHubClient(options, context)
      const query = options.reason === undefined ? '' : `?reason=${encodeURIComponent(options.reason)}`
      const path = `/api/server-certificates/${encodeURIComponent(fingerprint)}${query}`
      const { message, revokedAt } = await hub.call<RevocationAnswer>('DELETE', path)
      stdout.write(`${message}: ${fingerprint}, ${revokedAt}\n`)
    })

  verb('renew', "renew the hub's own certificate now; no connection is lost").action(async (options: HubOptions) => {
    const hub = await openHubClient(options, context)
    const { names, fingerprint, notAfter } = await hub.call<OwnCertificateAnswer>(
      'POST',
      '/api/server-certificates/renew',
    )
    stdout.write(
      renderFields([
        ['Names', names],
        ['Fingerprint', fingerprint],
        ['Not after', notAfter],
      ]),
    )
  })

  group
    .command('import')
    .description('name a certificate of your own in config.yaml, for HTTPS: the same as start --ssl-config')
    .requiredOption('--cert <file>', 'certificate and the CAs that lead to it, PEM')
    .requiredOption('--key <file>', 'its private key')
    .option('--config <file>', 'configuration file (default: config.yaml of the current folder)')
    .action(({ cert, key, config }: ImportOptions) => {
      const flags = ['--ssl-enabled=true', `--ssl-cert-file=${cert}`, `--ssl-key-file=${key}`]
      return saveSslSettings(config === undefined ? { flags } : { flags, configFile: config }, context)
    })
}

async function issue(hosts: readonly string[], options: IssueOptions, context: CommandContext): Promise<void> {
  const { stdout, cwd } = context.terminal
  const hub = await openHubClient(options, context)
  await using files = await openCredentialFiles(resolve(cwd, options.out), fileNameOf(hosts))
  const wishes = options.keyAlgorithm === undefined ? {} : { keyAlgorithm: options.keyAlgorithm }
  const answer = await hub.call<ServerIssuedAnswer>('POST', '/api/server-certificates', { names: hosts, ...wishes })
  const { serverCert, serverKey, caCert, fingerprint, names, notAfter } = answer
  await files.save({ clientCert: serverCert, clientKey: serverKey, caCert })
  const { certificate, key, ca } = files.paths
  if (options.json) {
    stdout.write(`${JSON.stringify({ certificate, key, ca, fingerprint, names, notAfter }, null, 2)}\n`)
    return
  }
  stdout.write(
    renderFields([
      ['Certificate', formatPath(certificate, cwd)],
      ['Key', formatPath(key, cwd)],
      ['CA', formatPath(ca, cwd)],
      ['Names', names],
      ['Fingerprint', fingerprint],
      ['Not after', notAfter],
    ]),
  )
}

/** "*" and ":" of wildcards and addresses are no letters for file names. */
function fileNameOf([host = 'server']: readonly string[]): string {
  return host.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '_')
}
