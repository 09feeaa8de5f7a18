import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createForeignCa, createForeignKey } from '../ca/openssl.ts'
import { runProgram } from './program.ts'
import type { Credentials } from './test-hub.ts'

export interface FleetMember {
  /** Of its files. */
  readonly name: string
  /** As openssl takes it: `/OU=ann/CN=pump`. */
  readonly subject: string
  readonly days?: number
  readonly key?: 'rsa' | 'ec'
  /** Signed by a CA that nobody knows. */
  readonly isStranger?: boolean
}

/**
 * What an administrator leaves who ran a CA with openssl alone: `certs/ca-cert.pem` and `ca-key.pem`, and a certificate
 * for each member in `fleet/`. Members share a few keys, because an RSA key takes a second to make.
 */
export async function createForeignFleet(folder: string, members: readonly FleetMember[]): Promise<void> {
  const key = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
  const fleet = join(folder, 'fleet')
  for (const name of ['certs', 'strangers', 'fleet/nested']) await mkdir(join(folder, name), { recursive: true })
  await createForeignCa(join(folder, 'certs'), { key })
  await createForeignCa(join(folder, 'strangers'), { key, subject: ['-subj', '/O=Elsewhere/CN=Elsewhere CA'] })
  await createForeignKey(fleet, ['genrsa', '2048'], 'rsa.key')
  await createForeignKey(fleet, key, 'ec.key')
  await writeFile(join(fleet, 'client.ext'), 'extendedKeyUsage=clientAuth\n')
  await writeFile(join(fleet, 'make.sh'), `set -e\n${[...KEYS, ...members.map(makeLine)].join('\n')}\n`)
  const made = await runProgram('sh make.sh', { cwd: fleet })
  if (made.code !== 0) throw new Error(made.stderr)
}

export async function readMember(folder: string, { name, key = 'ec' }: FleetMember): Promise<Credentials> {
  const fleet = join(folder, 'fleet')
  return {
    cert: await readFile(join(fleet, `${name}.pem`), 'utf8'),
    key: await readFile(join(fleet, `${key}.key`), 'utf8'),
  }
}

const KEYS = ['rsa', 'ec'].map((key) => `openssl pkey -in ${key}.key -pubout -out ${key}.pub`)

function makeLine({ name, subject, days = 365, key = 'ec', isStranger = false }: FleetMember, index: number): string {
  const ca = isStranger ? '../strangers' : '../certs'
  return [
    `openssl x509 -new -force_pubkey ${key}.pub -subj '${subject}' -days ${days} -set_serial ${index + 100}`,
    `-CA ${ca}/ca-cert.pem -CAkey ${ca}/ca-key.pem -extfile client.ext -out '${name}.pem'`,
  ].join(' ')
}
