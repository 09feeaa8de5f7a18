import { X509Certificate } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CLIENT_AUTH, type PeerCertificate, readPeerCertificate } from '../../peer-identity.ts'
import { CommandFailed, readSystemCode } from '../command-failed.ts'

export interface FoundCertificate {
  readonly path: string
  readonly pem: string
  readonly contents: PeerCertificate
}

export interface CertificateFolder {
  readonly certificates: readonly FoundCertificate[]
  /** Files and certificates that are no device's: a sentence each. */
  readonly leftOut: readonly string[]
}

const NAMES = /\.(?:pem|crt|cer|der|cert)$/i
const MAX_OCTETS = 1_048_576

/** Every certificate below the folder, PEM or DER; private keys are passed over, and no octet of one is kept. */
export async function readCertificateFolder(folder: string, cwd: string): Promise<CertificateFolder> {
  const root = resolve(cwd, folder)
  const names = await readNames(root, folder)
  const found = new Map<string, FoundCertificate>()
  const leftOut: string[] = []
  let keys = 0
  for (const path of names) {
    const { blocks, hasKey } = await readBlocks(join(root, path), path)
    if (blocks.length === 0 && hasKey) keys++
    else if (blocks.length === 0) leftOut.push(`${path}: it holds no certificate`)
    for (const certificate of parseCertificates(blocks, path, leftOut)) {
      const why = whyNoDevice(certificate)
      if (why) leftOut.push(`${path}: ${why}`)
      else found.set(certificate.fingerprint256, describe(certificate, path))
    }
  }
  if (keys > 0) leftOut.push(`private keys, which are not read: ${keys} files`)
  return { certificates: [...found.values()], leftOut }
}

async function readNames(root: string, folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(root, { recursive: true })).filter((name) => NAMES.test(name)).toSorted()
  } catch (cause) {
    throw new CommandFailed(`${folder} cannot be read: ${readSystemCode(cause)}`, { cause })
  }
}

function parseCertificates(
  blocks: FileContents['blocks'],
  path: string,
  leftOut: string[],
): readonly X509Certificate[] {
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)]
    } catch {
      leftOut.push(`${path}: a certificate in it is damaged`)
      return []
    }
  })
}

interface FileContents {
  /** The certificates as they stand in it. */
  readonly blocks: readonly (string | Buffer)[]
  readonly hasKey: boolean
}

async function readBlocks(file: string, path: string): Promise<FileContents> {
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    const head = Buffer.alloc(8)
    await handle.read({ buffer: head, position: 0 })
    if (size > MAX_OCTETS) return { blocks: [], hasKey: false }
    const content = firstTagWithin(head)
    if (content === SEQUENCE) return { blocks: [await handle.readFile()], hasKey: false }
    return content === INTEGER ? { blocks: [], hasKey: true } : await readPemBlocks(handle)
  } catch (cause) {
    throw new CommandFailed(`${path} cannot be read: ${readSystemCode(cause)}`, { cause })
  }
}

// RFC 5280 §4.1: a certificate is a sequence that begins with a sequence; RFC 5958 §2: a private key, with a number.
const SEQUENCE = 0x30
const INTEGER = 0x02

/** The tag of what a sequence in DER begins with; none where this is no such sequence. */
function firstTagWithin(head: Buffer): number | undefined {
  const lengthOctets = head.readUInt8(1)
  const inner = lengthOctets < 0x80 ? 2 : 2 + (lengthOctets & 0x7f)
  return head.readUInt8(0) === SEQUENCE && inner < head.length ? head.readUInt8(inner) : undefined
}

/** Line by line: what stands between the certificates, a key above all, is forgotten at once. */
async function readPemBlocks(handle: Awaited<ReturnType<typeof open>>): Promise<FileContents> {
  const blocks: string[] = []
  let hasKey = false
  let block: string[] | undefined
  for await (const line of handle.readLines({ start: 0 })) {
    if (/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(line)) block = ['-----BEGIN CERTIFICATE-----']
    else if (block && line.startsWith('-----END')) {
      blocks.push([...block, '-----END CERTIFICATE-----', ''].join('\n'))
      block = undefined
    } else if (/^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(line)) hasKey = true
    else block?.push(line)
  }
  return { blocks, hasKey }
}

function whyNoDevice(certificate: X509Certificate): string | undefined {
  if (certificate.ca) return 'the certificate of a CA'
  const purposes: readonly string[] | undefined = certificate.keyUsage
  const isServers = /(?:^|, )(?:DNS|IP Address):/.test(certificate.subjectAltName ?? '')
  if (purposes ? !purposes.includes(CLIENT_AUTH) : isServers) return "a server's certificate"
  return undefined
}

function describe(certificate: X509Certificate, path: string): FoundCertificate {
  return { path, pem: String(certificate), contents: readPeerCertificate(certificate) }
}
