import type { Command } from 'commander'
import { parseFingerprint } from '../identifiers.ts'
import { addExpiringCommand } from './expiring.ts'
import type { ListedCertificateAnswer } from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface ListOptions extends HubOptions {
  readonly state?: string
  readonly kind?: string
  readonly device?: string
  readonly fingerprint?: string
  readonly serial?: string
  readonly expiresBefore?: string
  readonly expiresAfter?: string
  readonly json?: boolean
}

export function addCertificateCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const certificate = program.command('certificate').description('the certificates that were issued or registered')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(certificate.command(usage).description(description))

  verb('list', 'list the certificates')
    .option('--state <state>', 'active, pending, not_yet_valid, expired, superseded, held or revoked')
    .option('--kind <kind>', 'device, service, administrator or server')
    .option('--device <id>', 'of this device, service or administrator alone')
    .option('--fingerprint <fingerprint>', 'the one with this fingerprint')
    .option('--serial <number>', 'those with this serial number, hexadecimal')
    .option('--expires-before <time>', 'that end before this time, as 2027-01-31T00:00:00Z')
    .option('--expires-after <time>', 'that end after this time')
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

  addHolds({ verb, context })
}

function addHolds({ verb, context }: Holding): void {
  const { stdout } = context.terminal
  for (const [word, state, description] of HOLD_VERBS) {
    verb(`${word} <fingerprint>`, description).action(async (fingerprint: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call('POST', wordPath(fingerprint, word))
      stdout.write(`Certificate ${parseFingerprint(fingerprint)} is ${state}\n`)
    })
  }
}

interface Holding {
  readonly verb: (usage: string, description: string) => Command
  readonly context: CommandContext
}

const HOLD_VERBS = [
  ['hold', 'on hold', 'revoke a certificate for the time being, and close its session now'],
  ['unhold', 'no longer on hold', 'let the holder of a certificate in again'],
] as const

function listPath(options: ListOptions): string {
  const { state, kind, device: deviceId, fingerprint, serial: serialNumber, expiresBefore, expiresAfter } = options
  const filters = { state, kind, deviceId, fingerprint, serialNumber, expiresBefore, expiresAfter }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? '/api/certificates' : `/api/certificates?${query}`
}

function wordPath(fingerprint: string, word: 'approve' | 'reject' | 'hold' | 'unhold'): string {
  return `/api/certificates/${encodeURIComponent(parseFingerprint(fingerprint))}/${word}`
}

const COLUMNS: readonly Column<ListedCertificateAnswer>[] = [
  ['SUBJECT', ({ subjectId }) => subjectId],
  ['KIND', ({ kind }) => kind],
  ['STATE', ({ state }) => state],
  ['NOT AFTER', ({ notAfter }) => notAfter],
  ['FIRST SEEN', ({ firstSeenAt }) => firstSeenAt],
  ['SERIAL NUMBER', ({ serialNumber }) => serialNumber],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
]
