import { X509Certificate } from 'node:crypto'
import type { Command } from 'commander'
import { addCaBackupCommand } from './backup.ts'
import { addCaKeyCommands } from './ca-key.ts'
import { addAuthorityRotationCommands } from './ca-rotation.ts'
import { CommandFailed } from './command-failed.ts'
import type { CertificateAuthorityAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'
import { addCaRestoreCommand } from './restore.ts'
import { addTrustAnchorCommands } from './trust-anchor.ts'

interface ShowOptions extends HubOptions {
  readonly json?: boolean
}

export function addCaCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const ca = program.command('ca').description('the certificate authority')
  addCaBackupCommand(ca, context)
  addCaRestoreCommand(ca, context)
  addAuthorityRotationCommands(ca, context)
  addTrustAnchorCommands(ca, context)
  addHubOptions(ca.command('show').description('show the certificate that devices trust'))
    .option('--json', 'as JSON')
    .action(async (options: ShowOptions) => {
      const hub = await openHubClient(options, context)
      const certificate = parseCertificate(await hub.readText('/pki/ca.pem'))
      const subject = certificate.subject.replaceAll('\n', ', ')
      const fingerprint = certificate.fingerprint256
      const notAfter = new Date(certificate.validTo).toISOString()
      const key = await hub.call<CertificateAuthorityAnswer>('GET', '/api/ca')
      const { state, cause, keyStore, encrypted, keyAlgorithm } = key
      if (options.json)
        stdout.write(
          `${JSON.stringify({ subject, fingerprint, notAfter, state, cause, keyStore, encrypted, keyAlgorithm }, null, 2)}\n`,
        )
      else
        stdout.write(
          renderFields([
            ['Subject', subject],
            ['Fingerprint', fingerprint],
            ['Not after', notAfter],
            ['Key', describeKey(key)],
            ['State', cause === null ? state : `${state}: ${cause.detail}`],
          ]),
        )
    })
  addCaKeyCommands(ca, context)
}

const KEY_STORES = { memory: 'in memory', file: 'in its file', hsm: 'in an HSM' } as const

function describeKey({ keyAlgorithm, keyStore, encrypted }: CertificateAuthorityAnswer): string {
  const form = keyStore === 'file' ? (encrypted ? ', encrypted' : ', in the clear') : ''
  return `${keyAlgorithm}, ${KEY_STORES[keyStore]}${form}`
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new CommandFailed('The answer to /pki/ca.pem is not a certificate: is this a Signet hub?', { cause })
  }
}
