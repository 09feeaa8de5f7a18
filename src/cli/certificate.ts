import type { Command } from 'commander'
import { parseFingerprint } from '../identifiers.ts'
import { addExpiringCommand } from './expiring.ts'
import type { ListedCertificateAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface ListOptions extends HubOptions {
  readonly state?: string
  readonly device?: string
  readonly expiresBefore?: string
  readonly json?: boolean
}

export function addCertificateCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const certificate = program.command('certificate').description('the certificates of devices and services')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(certificate.command(usage).description(description))

  verb('list', 'list the certificates')
    .option('--state <state>', 'active, pending, not_yet_valid, expired, superseded or revoked')
    .option('--device <id>', 'of this device or service alone')
    .option('--expires-before <time>', 'that end before this time, as 2027-01-31T00:00:00Z')
    .option('--json', 'as JSON')
    .action(async (options: ListOptions) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<ListedCertificateAnswer>(listPath(options)), COLUMNS, options)
    })

  addExpiringCommand(certificate, context)

  verb('approve <fingerprint>', 'let in a certificate that waits for approval')
    .option('--user <id>', 'user who owns a new device (default: as ca.unknown_owner says)')
    .action(async (fingerprint: string, options: HubOptions & { readonly user?: string }) => {
      const hub = await openHubClient(options, context)
      const wishes = options.user === undefined ? {} : { userId: options.user }
      await hub.call('POST', wordPath(fingerprint, 'approve'), wishes)
      stdout.write(`Certificate ${parseFingerprint(fingerprint)} is approved\n`)
    })

  verb('reject <fingerprint>', 'revoke a certificate that waits for approval').action(
    async (fingerprint: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('POST', wordPath(fingerprint, 'reject'))
      stdout.write(`Certificate ${parseFingerprint(fingerprint)} is rejected\n`)
    },
  )
}

function listPath({ state, device, expiresBefore }: ListOptions): string {
  const query = new URLSearchParams({
    ...(state === undefined ? {} : { state }),
    ...(device === undefined ? {} : { deviceId: device }),
    ...(expiresBefore === undefined ? {} : { expiresBefore }),
  })
  return query.size === 0 ? '/api/certificates' : `/api/certificates?${query}`
}

function wordPath(fingerprint: string, word: 'approve' | 'reject'): string {
  return `/api/certificates/${encodeURIComponent(parseFingerprint(fingerprint))}/${word}`
}

const COLUMNS: readonly Column<ListedCertificateAnswer>[] = [
  ['SUBJECT', ({ subjectId }) => subjectId],
  ['KIND', ({ kind }) => kind],
  ['STATE', ({ state }) => state],
  ['NOT AFTER', ({ notAfter }) => notAfter],
  ['FIRST SEEN', ({ firstSeenAt }) => firstSeenAt],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
]
