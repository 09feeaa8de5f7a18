import { X509Certificate } from 'node:crypto'
import type { Command } from 'commander'
import { addRotationCommands } from './ca-rotation.ts'
import { CommandFailed } from './command-failed.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { addTrustAnchorCommands } from './trust-anchor.ts'

interface ShowOptions extends HubOptions {
  readonly json?: boolean
}

export function addCaCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const ca = program.command('ca').description('the certificate authority')
  addRotationCommands(ca, context)
  addTrustAnchorCommands(ca, context)
  addHubOptions(ca.command('show').description('show the certificate that devices trust'))
    .option('--json', 'as JSON')
    .action(async (options: ShowOptions) => {
      const hub = await openHubClient(options, context)
      const certificate = parseCertificate(await hub.readText('/pki/ca.pem'))
      const subject = certificate.subject.replaceAll('\n', ', ')
      const fingerprint = certificate.fingerprint256
      const notAfter = new Date(certificate.validTo).toISOString()
      if (options.json) stdout.write(`${JSON.stringify({ subject, fingerprint, notAfter }, null, 2)}\n`)
      else
        stdout.write(
          renderFields([
            ['Subject', subject],
            ['Fingerprint', fingerprint],
            ['Not after', notAfter],
          ]),
        )
    })
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new CommandFailed('The answer to /pki/ca.pem is not a certificate: is this a Signet hub?', { cause })
  }
}
