import { type Command, Option } from 'commander'
import type { Terminal } from '../ports.ts'
import { readNamedFile } from '../tls-files.ts'
import { readCertificateFolder } from './certificate-folder.ts'
import { planCertificates } from './certificate-source.ts'
import type { IdentifiedBy } from './emqx/emqx-policies.ts'
import { planEmqx, type SourceFile } from './emqx/emqx-source.ts'
import { type ImportPlan, joinPlans } from './import-plan.ts'
import { patternPolicies, planAclFile } from './mosquitto/acl-file.ts'
import { planDynamicSecurity } from './mosquitto/dynamic-security.ts'
import { planPasswordFile } from './mosquitto/password-file.ts'

export interface EmqxOptions {
  readonly clients?: string
  readonly users?: string
  readonly acl?: string
  readonly rules?: string
  readonly banned?: string
  readonly deviceId: IdentifiedBy
  readonly passwordHash: string
  readonly saltPosition: string
  readonly iterations?: string
  readonly mac: string
}

export function addEmqxOptions(command: Command): Command {
  return command
    .option('--clients <file>', 'answer of GET /api/v5/clients')
    .option('--users <file>', "export of the built-in database's users, JSON")
    .option('--acl <file>', 'acl.conf')
    .option('--rules <file>', 'answer of GET /api/v5/authorization/sources/built_in_database/rules/...')
    .option('--banned <file>', 'answer of GET /api/v5/banned')
    .addOption(
      new Option('--device-id <name>', "which of the two is the CN of the devices' certificates")
        .choices(['clientid', 'username'])
        .default('clientid'),
    )
    .option('--password-hash <algorithm>', 'how --users are hashed: bcrypt, pbkdf2, sha256 or sha512', 'sha256')
    .option('--salt-position <position>', 'prefix, suffix or disable', 'prefix')
    .option('--iterations <count>', 'of pbkdf2')
    .option('--mac <function>', 'of pbkdf2: sha256 or sha512', 'sha256')
}

export async function readEmqx(options: EmqxOptions, { cwd }: Terminal): Promise<ImportPlan> {
  const { clients, users, acl, rules, banned, passwordHash: algorithm, saltPosition, iterations, mac } = options
  const files = {
    ...(await readSource('clients', clients, cwd)),
    ...(await readSource('users', users, cwd)),
    ...(await readSource('acl', acl, cwd)),
    ...(await readSource('rules', rules, cwd)),
    ...(await readSource('banned', banned, cwd)),
  }
  const hashing = { algorithm, saltPosition, macFunction: mac }
  return planEmqx(files, {
    identifiedBy: options.deviceId,
    hashing: iterations === undefined ? hashing : { ...hashing, iterations: Number(iterations) },
  })
}

export interface MosquittoOptions {
  readonly dynsec?: string
  readonly passwordFile?: string
  readonly aclFile?: string
  readonly certs?: string
}

export function addMosquittoOptions(command: Command): Command {
  return command
    .option('--dynsec <file>', 'dynamic-security.json')
    .option('--password-file <file>', 'password_file of mosquitto_passwd')
    .option('--acl-file <file>', 'acl_file')
}

export async function readMosquitto(options: MosquittoOptions, { cwd }: Terminal): Promise<ImportPlan> {
  const { dynsec, passwordFile, aclFile, certs } = options
  const acl = await planOf(aclFile, planAclFile, cwd)
  const plan = joinPlans([
    ...(await planOf(dynsec, planDynamicSecurity, cwd)),
    ...(await planOf(passwordFile, planPasswordFile, cwd)),
    ...acl,
    // Whoever had a certificate was let in, with the rights of the patterns, named in another file or not.
    ...(certs === undefined ? [] : [planCertificates(await readCertificateFolder(certs, cwd))]),
  ])
  const everybody = acl.flatMap(patternPolicies)
  if (everybody.length === 0) return plan
  // Patterns hold for those as well of whom the file says nothing else.
  const devices = plan.devices.map((device) => ({
    ...device,
    policies: [...new Set([...(device.policies ?? []), ...everybody])],
  }))
  return { ...plan, devices }
}

async function planOf(
  file: string | undefined,
  plan: (text: string, file: string) => ImportPlan,
  cwd: string,
): Promise<readonly ImportPlan[]> {
  return file === undefined ? [] : [plan((await readNamedFile(file, cwd)).toString(), file)]
}

async function readSource<Name extends string>(
  name: Name,
  file: string | undefined,
  cwd: string,
): Promise<{ readonly [Each in Name]?: SourceFile }> {
  if (file === undefined) return {}
  const source = { file, text: (await readNamedFile(file, cwd)).toString() }
  return { [name]: source } as { readonly [Each in Name]?: SourceFile }
}
