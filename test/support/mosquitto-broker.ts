import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createForeignCa, createForeignKey, openssl } from '../ca/openssl.ts'
import { findFreePorts } from './free-ports.ts'
import { startProgram } from './program.ts'

/** A Mosquitto on mutual TLS, as its operator runs it: its files stand in `old/` of the folder. */
export interface MosquittoBroker extends AsyncDisposable {
  readonly port: number
}

/**
 * Its own certificate is of a CA of its own, `old/ca-cert.pem`; its clients show one of `certs/ca-cert.pem`, and are
 * known by its CN. `acl` is its acl_file.
 */
export async function startMosquitto(folder: string, acl: string): Promise<MosquittoBroker> {
  const old = join(folder, 'old')
  await mkdir(old)
  await makeServerCertificate(old)
  const [port = 0] = await findFreePorts(1)
  await writeFile(join(old, 'acl'), acl, { mode: 0o600 })
  await writeFile(join(old, 'mosquitto.conf'), configure(port))
  const program = startProgram('mosquitto -c old/mosquitto.conf', { cwd: folder })
  await program.line(/mosquitto version \S+ running/)
  return { port, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
}

function configure(port: number): string {
  return [
    `user ${userInfo().username}`,
    'log_dest stderr',
    'persistence false',
    `listener ${port} 127.0.0.1`,
    'cafile certs/ca-cert.pem',
    'certfile old/server-cert.pem',
    'keyfile old/server-key.pem',
    'require_certificate true',
    'use_identity_as_username true',
    'acl_file old/acl',
    '',
  ].join('\n')
}

async function makeServerCertificate(old: string): Promise<void> {
  const key = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
  await createForeignCa(old, { key, subject: ['-subj', '/CN=The old CA'] })
  await createForeignKey(old, key, 'server-key.pem')
  await writeFile(join(old, 'server.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
  const request = ['-new', '-config', 'req.cnf', '-key', 'server-key.pem', '-subj', '/CN=localhost']
  await openssl(old, 'req', ...request, '-out', 'server.csr')
  const signing = ['-CA', 'ca-cert.pem', '-CAkey', 'ca-key.pem', '-set_serial', '2', '-extfile', 'server.ext']
  await openssl(old, 'x509', '-req', '-in', 'server.csr', '-days', '30', ...signing, '-out', 'server-cert.pem')
}
