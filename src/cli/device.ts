import type { Command } from 'commander'
import { parseId } from '../identifiers.ts'
import { CommandFailed } from './command-failed.ts'
import { describeEnrolled, type Enrolled, type EnrolmentOptions, enrol, type Proof } from './enrolment.ts'
import { addDevicesOf, type BulkOptions } from './hand-over/bulk.ts'
import { addBundleCommand } from './hand-over/bundle.ts'
import { addClaimCommand } from './hand-over/claim.ts'
import { addKeyStoreCommand } from './hand-over/key-store.ts'
import type { CertificateAnswer, DeviceAnswer, IssuedAnswer, RevocationAnswer } from './hub/answers.ts'
import type { HubClient } from './hub/hub-client.ts'
import { addHubOptions, type HubOptions, openHubClient } from './hub/hub-options.ts'
import { addIdentityTokenCommands } from './identity-token.ts'
import { type Column, printItems, renderFields } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface JsonOptions extends HubOptions {
  readonly json?: boolean
}

export function addDeviceCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const device = program.command('device').description('devices and their certificates')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(device.command(usage).description(description))

  verb('add [id]', 'issue a certificate to a device, which is created if it is unknown, or to all of a table')
    .option('--user <id>', 'user who owns a new device (default: default)')
    .option('--profile <name>', 'profile of the certificate (default: default)')
    .option('--out <folder>', 'folder for the files (default: devices/ in the certificates folder)')
    .option('--certs-dir <folder>', 'certificates folder')
    .option('--json', 'print paths and fingerprint as JSON')
    .option('--from <file>', 'table of devices, .csv or .ndjson: deviceId, and userId, validityDays, keyAlgorithm, csr')
    .option('--claims', 'with --from: claim links, into claims.csv of the folder, in the place of keys')
    .option('--dry-run', 'with --from: tell what is wrong, and keep nothing')
    .option('--reissue', 'with --from: also to devices that have a certificate which is not in the folder')
    .action((id: string | undefined, options: AddOptions) => addOneOrMany(id, options, context))

  verb(
    'renew <id>',
    'issue a new certificate of the same profile to a device; the old one ends when the new one first connects',
  )
    .option('--out <folder>', 'folder for the files (default: devices/ in the certificates folder)')
    .option('--certs-dir <folder>', 'certificates folder')
    .option('--json', 'print paths and fingerprint as JSON')
    .action((id: string, options: EnrolmentOptions) => renewDevice(parseId(id, 'device'), options, context))

  verb('list', 'list the devices')
    .option('--json', 'as JSON')
    .action(async (options: JsonOptions) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<DeviceAnswer>('/api/devices'), COLUMNS, options)
    })

  verb('show <id>', 'show a device and its certificates')
    .option('--json', 'as JSON')
    .action(async (id: string, options: JsonOptions) => {
      const shown = await readDevice(parseId(id, 'device'), await openHubClient(options, context))
      stdout.write(options.json ? `${JSON.stringify(shown, null, 2)}\n` : renderDevice(shown))
    })

  verb('revoke <id>', 'revoke the certificates of a device and close its session now')
    .option('--reason <reason>', 'why: keyCompromise, cessationOfOperation, ... (RFC 5280)')
    .action(async (id: string, options: HubOptions & { readonly reason?: string }) => {
      const hub = await openHubClient(options, context)
      const query = options.reason === undefined ? '' : `?reason=${encodeURIComponent(options.reason)}`
      const { message, revokedAt } = await hub.call<RevocationAnswer>(
        'DELETE',
        `/api/devices/certificates/${encodeURIComponent(parseId(id, 'device'))}${query}`,
      )
      stdout.write(`${message}: device ${id}, ${revokedAt}\n`)
    })

  for (const [name, state, description] of STATE_VERBS) {
    verb(`${name} <id>`, description).action(async (id: string, options: HubOptions) => {
      const hub = await openHubClient(options, context)
      await hub.call<DeviceAnswer>('PATCH', `/api/devices/${encodeURIComponent(parseId(id, 'device'))}`, { state })
      stdout.write(`Device ${id} is ${state}\n`)
    })
  }

  addKeyStoreCommand(device, 'device', context)
  addBundleCommand(device, context)
  addClaimCommand(device, context)
  addIdentityTokenCommands(device, 'device', context)
}

const STATE_VERBS = [
  ['suspend', 'suspended', 'close the session of a device and refuse it until it is resumed'],
  ['resume', 'active', 'let a suspended device in again'],
] as const

const COLUMNS: readonly Column<DeviceAnswer>[] = [
  ['DEVICE', ({ deviceId }) => deviceId],
  ['USER', ({ userId }) => userId],
  ['STATE', ({ state }) => state],
  ['POLICIES', ({ policies }) => policies],
  ['PASSWORD', ({ legacy }) => (legacy ? 'legacy' : null)],
  ['CREATED', ({ createdAt }) => createdAt],
]

interface AddOptions extends EnrolmentOptions, BulkOptions {
  readonly user?: string
  readonly profile?: string
  readonly from?: string
}

async function addOneOrMany(id: string | undefined, options: AddOptions, context: CommandContext): Promise<void> {
  if (options.from !== undefined && id === undefined) return addDevicesOf(options.from, options, context)
  if (id === undefined || options.from !== undefined) {
    throw new CommandFailed('Name one device, or a table of them with --from FILE')
  }
  return addDevice(parseId(id, 'device'), options, context)
}

async function addDevice(id: string, options: AddOptions, context: CommandContext): Promise<void> {
  const hub = await openHubClient(options, context)
  const path = encodeURIComponent(id)
  // What is not given has no place in JSON.
  const wishes = { userId: options.user, profile: options.profile }
  const issue = (): Promise<IssuedAnswer> => hub.call('POST', `/api/devices/certificates/${path}`, wishes)
  const enrolled = await enrol({ id, folder: 'devices', issue }, options, context)
  const userId = options.user ?? (await hub.call<DeviceAnswer>('GET', `/api/devices/${path}`)).userId
  describeDevice(enrolled, { id, userId }, options, context)
}

async function renewDevice(id: string, options: EnrolmentOptions, context: CommandContext): Promise<void> {
  const hub = await openHubClient(options, context)
  const path = encodeURIComponent(id)
  // Asked first: to issue a certificate would create a device that is only misspelt.
  const { userId, certificates } = await readDevice(id, hub)
  const wishes = { profile: certificates[0]?.profile ?? undefined }
  const issue = (): Promise<IssuedAnswer> => hub.call('POST', `/api/devices/certificates/${path}`, wishes)
  const enrolled = await enrol({ id, folder: 'devices', issue }, options, context)
  describeDevice(enrolled, { id, userId }, options, context)
}

function describeDevice(
  enrolled: Enrolled<IssuedAnswer>,
  { id, userId }: { readonly id: string; readonly userId: string },
  { json }: EnrolmentOptions,
  { terminal: { stdout, cwd } }: CommandContext,
): void {
  const topicName = `users/${userId}/devices/${id}/telemetry`
  const proof: Proof = ['mosquitto_pub', '-t', topicName, '-m', '{"temperature":21}']
  stdout.write(describeEnrolled(enrolled, proof, { json, cwd }))
}

interface ShownDevice extends DeviceAnswer {
  readonly certificates: CertificateAnswer['certificates']
}

async function readDevice(id: string, hub: HubClient): Promise<ShownDevice> {
  const path = encodeURIComponent(id)
  const device = await hub.call<DeviceAnswer>('GET', `/api/devices/${path}`)
  try {
    const query = '?include=detail'
    const { certificates } = await hub.call<CertificateAnswer>('GET', `/api/devices/certificates/${path}${query}`)
    return { ...device, certificates }
  } catch (error) {
    if (error instanceof CommandFailed && error.code === 'certificate_not_found') return { ...device, certificates: [] }
    throw error
  }
}

function renderDevice({ certificates, ...device }: ShownDevice): string {
  return [
    renderFields([
      ['Device', device.deviceId],
      ['User', device.userId],
      ['State', device.state],
      ['Policies', device.policies],
      ['Client ids', device.clientIds],
      ['Legacy password', device.legacy && `${device.legacy.userName}, until ${device.legacy.endsAt}`],
      ['Created', device.createdAt],
    ]),
    ...certificates.map((certificate) =>
      renderFields([
        ['Certificate', certificate.fingerprint],
        ['Serial number', certificate.serialNumber],
        ['Profile', certificate.profile],
        ['Valid', certificate.isValid ? 'yes' : 'no'],
        ['Not after', certificate.notAfter],
        ['First seen', certificate.firstSeenAt],
        ['Revoked', certificate.revokedAt],
        ['Reason', certificate.revocationReason],
      ]),
    ),
  ].join('\n')
}
