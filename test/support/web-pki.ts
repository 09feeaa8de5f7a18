import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Credentials } from './test-hub.ts'

/** A public CA as a browser knows them, run by openssl: a root, an issuing CA below it, and servers below that. */
export interface WebPki {
  readonly root: string
  readonly issuing: string
  /** A key and a leaf; its chain is the leaf followed by `issuing`. */
  issue(request?: ServerRequest): Promise<Credentials>
  openssl(...args: readonly string[]): Promise<string>
}

export interface ServerRequest {
  readonly subject?: string
  /** As openssl writes it; an empty one: none. */
  readonly alternativeNames?: string
  readonly purpose?: 'serverAuth' | 'clientAuth'
  /** Of `openssl`: `genrsa`, `genpkey`, `ecparam` ... */
  readonly key?: readonly string[]
  readonly days?: number
}

const CA = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
const EC_KEY = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']

const AUTHORITY_FILES = ['web-root-key.pem', 'web-root-cert.pem', 'web-issuing-key.pem', 'web-issuing-cert.pem']

/** By name: a public CA is the same one in every folder of this process. */
const authorities = new Map<string, ReadonlyMap<string, string>>()

export async function createWebPki(folder: string, name = 'Web'): Promise<WebPki> {
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8')
  const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text, { mode: 0o600 })
  await write('request.cnf', '[req]\ndistinguished_name = dn\n[dn]\n')
  const known = authorities.get(name)
  if (known) for (const [file, text] of known) await write(file, text)
  else authorities.set(name, await createAuthority())
  return {
    root: await read('web-root-cert.pem'),
    issuing: await read('web-issuing-cert.pem'),
    openssl,
    async issue({ subject = '/CN=hub', alternativeNames, purpose = 'serverAuth', key = EC_KEY, days = 90 } = {}) {
      const names = alternativeNames ?? 'DNS:localhost,DNS:hub.example.com,IP:127.0.0.1'
      const extensions = names === '' ? '' : `subjectAltName=${names}\n`
      await createKey('web-server-key.pem', key)
      await sign('web-server', subject, `${extensions}extendedKeyUsage=${purpose}\n`, byCa('web-issuing'), days)
      return { cert: await read('web-server-cert.pem'), key: await read('web-server-key.pem') }
    },
  }

  async function createAuthority(): Promise<ReadonlyMap<string, string>> {
    await createKey('web-root-key.pem', EC_KEY)
    await sign('web-root', `/CN=${name} Root`, CA, ['-signkey', 'web-root-key.pem'], 3650)
    await createKey('web-issuing-key.pem', EC_KEY)
    await sign('web-issuing', `/CN=${name} Issuing`, CA, byCa('web-root'), 3000)
    const texts = AUTHORITY_FILES.map(async (file) => [file, await read(file)] as const)
    return new Map(await Promise.all(texts))
  }

  async function openssl(...args: readonly string[]): Promise<string> {
    return (await promisify(execFile)('openssl', args, { cwd: folder })).stdout
  }

  async function createKey(file: string, [command = '', ...args]: readonly string[]): Promise<void> {
    await openssl(command, '-out', file, ...args)
    await chmod(join(folder, file), 0o600)
  }

  async function sign(
    file: string,
    subject: string,
    extensions: string,
    by: readonly string[],
    days: number,
  ): Promise<void> {
    const named = ['-config', 'request.cnf', '-key', `${file}-key.pem`, '-subj', subject]
    await openssl('req', '-new', ...named, '-out', 'request.pem')
    await write('extensions.cnf', extensions)
    const written = ['-days', String(days), '-extfile', 'extensions.cnf', '-out', `${file}-cert.pem`]
    await openssl('x509', '-req', '-in', 'request.pem', ...by, ...written)
  }
}

function byCa(name: string): readonly string[] {
  return ['-CA', `${name}-cert.pem`, '-CAkey', `${name}-key.pem`, '-CAcreateserial']
}

/** Writes the pair as certbot lays it out, and gives the settings that name it. */
export async function saveServerFiles(folder: string, { cert, key }: Credentials) {
  const files = { cert_file: join(folder, 'fullchain.pem'), key_file: join(folder, 'privkey.pem') }
  await writeFile(files.cert_file, cert)
  await writeFile(files.key_file, key, { mode: 0o600 })
  return files
}
