import type { Command } from 'commander'
import { parseId } from '../identifiers.ts'
import { describeFiles, type EnrolmentOptions, enrol, shownPaths } from './enrolment.ts'
import { type KeyStoreOptions, saveKeyStore } from './hand-over/key-store.ts'
import { PASSWORD_FILE_OPTION } from './hand-over/password-file.ts'
import type {
  AdministratorCertificateAnswer,
  AdministratorIssuedAnswer,
  ModesAnswer,
  RevocationAnswer,
} from './hub/answers.ts'
import { addHubOptions, type HubOptions, openHubClient, settingsRequest } from './hub/hub-options.ts'
import { formatCommandLine } from './output/command-line.ts'
import { type Column, printItems } from './output/table.ts'
import type { CommandContext } from './ports.ts'

interface CreateOptions extends EnrolmentOptions, KeyStoreOptions {
  readonly role?: string
  readonly p12?: boolean
}

export function addAdministratorCertificateCommands(program: Command, context: CommandContext): void {
  const { stdout } = context.terminal
  const administrator = program.command('admin-cert').description('certificates of administrators, for the API')
  const verb = (usage: string, description: string): Command =>
    addHubOptions(administrator.command(usage).description(description))

  verb('create <name>', 'issue a certificate to an administrator; the older ones end when it is first used')
    .option('--role <role>', 'admin, operator, auditor or validator (default: the one it has, or admin)')
    .option(
      '--out <folder>',
      'folder for the files (default: administrators/ in the certificates folder); with --p12 the file',
    )
    .option('--p12', 'one file, as browsers import it (default: NAME.p12)')
    .option(...PASSWORD_FILE_OPTION)
    .option('--certs-dir <folder>', 'certificates folder')
    .option('--json', 'print paths and fingerprint as JSON')
    .action((name: string, options: CreateOptions) => create(parseId(name, 'administrator'), options, context))

  verb('list', 'list the certificates of administrators')
    .option('--json', 'as JSON')
    .action(async (options: HubOptions & { readonly json?: boolean }) => {
      const hub = await openHubClient(options, context)
      printItems(stdout, await hub.list<AdministratorCertificateAnswer>('/api/admin-certificates'), COLUMNS, options)
    })

  verb('revoke <name>', 'revoke the certificates of an administrator, from its next request on')
    .option('--reason <reason>', 'why: keyCompromise, cessationOfOperation, ... (RFC 5280)')
    .action(async (name: string, options: HubOptions & { readonly reason?: string }) => {
      const hub = await openHubClient(options, context)
      const query = options.reason === undefined ? '' : `?reason=${encodeURIComponent(options.reason)}`
      const path = `/api/admin-certificates/${encodeURIComponent(parseId(name, 'administrator'))}${query}`
      const { message, revokedAt } = await hub.call<RevocationAnswer>('DELETE', path)
      stdout.write(`${message}: administrator ${name}, ${revokedAt}\n`)
    })
}

const COLUMNS: readonly Column<AdministratorCertificateAnswer>[] = [
  ['NAME', ({ name }) => name],
  ['ROLE', ({ role }) => role],
  ['STATE', ({ state }) => state],
  ['NOT AFTER', ({ notAfter }) => notAfter],
  ['FIRST SEEN', ({ firstSeenAt }) => firstSeenAt],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
]

async function create(name: string, options: CreateOptions, context: CommandContext): Promise<void> {
  const wishes = options.role === undefined ? { name } : { name, role: options.role }
  if (options.p12) return saveKeyStore({ id: name, path: '/api/admin-certificates/p12', wishes }, options, context)
  const hub = await openHubClient(options, context)
  const issue = (): Promise<AdministratorIssuedAnswer> => hub.call('POST', '/api/admin-certificates', wishes)
  const enrolled = await enrol({ id: name, folder: 'administrators', issue }, options, context)
  const { role, fingerprint, notAfter } = enrolled.answer
  const { stdout, cwd } = context.terminal
  if (options.json) {
    stdout.write(`${JSON.stringify({ ...enrolled.paths, name, role, fingerprint, notAfter }, null, 2)}\n`)
    return
  }
  const { certificate, key, ca } = shownPaths(enrolled.paths, cwd)
  const url = options.url ?? `https://localhost:${(await context.local.readSettings(settingsRequest(options))).apiPort}`
  const files = ['--cacert', ca, '--cert', certificate, '--key', key]
  const { api } = await hub.call<ModesAnswer>('GET', '/api/mode')
  const use = describeUse(name, api, files, `${new URL(url).origin}/api/mode`)
  stdout.write(`${describeFiles(enrolled, cwd)}\nRole         ${role}\n\n${use}\n`)
}

/** What can be done with it while that is `api.auth`. */
function describeUse(name: string, mode: ModesAnswer['api'], files: readonly string[], url: string): string {
  if (mode === 'token' || mode === 'https_only') {
    return `While api.auth is ${mode} the API looks at no certificate: set it to mtls_or_token`
  }
  if (mode === 'mtls_and_token') {
    const proof = formatCommandLine(['curl', ...files, '--header', '@header', url])
    return `Try it, with the line "Authorization: Bearer" and a token of ${name} in the file header:\n${proof}`
  }
  return `Try it:\n${formatCommandLine(['curl', ...files, url])}`
}
