import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { foreignProgram } from '../support/foreign-program.ts'

export const hasOpenssl = foreignProgram('openssl')

/** Runs the program in the folder; rejects with what it wrote to stderr when it fails. */
export async function openssl(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', args, { cwd: folder })
  return stdout
}

/** Rejects unless the peer's own verifier accepts the certificate under this CA. */
export async function verify(
  folder: string,
  caCertificatePem: string,
  certificatePem: string,
  ...flags: readonly string[]
): Promise<void> {
  await writeFile(join(folder, 'verify-ca.pem'), caCertificatePem)
  await writeFile(join(folder, 'verify-leaf.pem'), certificatePem)
  await openssl(folder, 'verify', ...flags, '-CAfile', 'verify-ca.pem', 'verify-leaf.pem')
}

/** What `openssl x509 -text` prints, for eyes other than ours. */
export async function printed(folder: string, certificatePem: string): Promise<string> {
  await writeFile(join(folder, 'print.pem'), certificatePem)
  return openssl(folder, 'x509', '-in', 'print.pem', '-noout', '-text')
}

/** Runs `openssl genrsa`, `genpkey` or `ecparam` into a file; gives its text. */
export async function createForeignKey(
  folder: string,
  [command = '', ...args]: readonly string[],
  file = 'key.pem',
): Promise<string> {
  await openssl(folder, command, '-out', file, ...args)
  await chmod(join(folder, file), 0o600)
  return readFile(join(folder, file), 'utf8')
}

/** The smallest configuration: a certificate has the extensions that are asked for, and no others. */
const CONFIGURATION = '[req]\ndistinguished_name = dn\n[dn]\n'

export const CA_EXTENSIONS = [
  'basicConstraints=critical,CA:TRUE',
  'keyUsage=critical,keyCertSign,cRLSign',
  'subjectKeyIdentifier=hash',
] as const

export interface ForeignCa {
  readonly key: readonly string[]
  readonly extensions?: readonly string[]
  readonly subject?: readonly string[]
  /** Further lines of the [req] section. */
  readonly settings?: string
}

/** `ca-key.pem` and a self-signed `ca-cert.pem` in the folder, as an administrator would make them. */
export async function createForeignCa(
  folder: string,
  { key, extensions = CA_EXTENSIONS, subject = ['-subj', '/O=Works/CN=Works CA'], settings = '' }: ForeignCa,
): Promise<void> {
  await createForeignKey(folder, key, 'ca-key.pem')
  await writeFile(join(folder, 'req.cnf'), CONFIGURATION.replace('[dn]', `${settings}\n[dn]`))
  const addext = extensions.flatMap((extension) => ['-addext', extension])
  const request = ['-config', 'req.cnf', '-key', 'ca-key.pem', ...subject, ...addext]
  await openssl(folder, 'req', '-x509', '-days', '3650', ...request, '-out', 'ca-cert.pem')
}

/** A root in `root-cert.pem`, and an issuing CA below it in `ca-key.pem` and `ca-cert.pem`. */
export async function createForeignHierarchy(folder: string): Promise<void> {
  const key = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
  await createForeignCa(folder, { key, subject: ['-subj', '/CN=Works Root'] })
  await openssl(folder, 'x509', '-in', 'ca-cert.pem', '-out', 'root-cert.pem')
  await openssl(folder, 'pkey', '-in', 'ca-key.pem', '-out', 'upper-key.pem')
  await createForeignKey(folder, key, 'ca-key.pem')
  await openssl(
    folder,
    'req',
    '-new',
    '-config',
    'req.cnf',
    '-key',
    'ca-key.pem',
    '-subj',
    '/CN=Works Issuing',
    '-out',
    'csr.pem',
  )
  await writeFile(join(folder, 'ext.cnf'), [...CA_EXTENSIONS, 'authorityKeyIdentifier=keyid'].join('\n'))
  const issuer = ['-CA', 'root-cert.pem', '-CAkey', 'upper-key.pem', '-set_serial', '7', '-extfile', 'ext.cnf']
  await openssl(folder, 'x509', '-req', '-in', 'csr.pem', '-days', '1000', ...issuer, '-out', 'ca-cert.pem')
}
