import { access, appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailed, readSystemCode } from '../command-failed.ts'
import type { BulkAnswer } from '../hub/answers.ts'
import { openWaitingFile } from '../output/credential-files.ts'

/** Where the files of many devices go, as they arrive. */
export interface BulkFolder {
  /** Keeps what a line brings, before the next one is read. */
  save(line: BulkAnswer): Promise<void>
  /** Whether what a device needs is here, of this run or an earlier one. */
  holds(deviceId: string): Promise<boolean>
}

const CLAIMS_FILE = 'claims.csv'

export async function openBulkFolder(folder: string, as: 'keys' | 'claims'): Promise<BulkFolder> {
  try {
    await mkdir(folder, { recursive: true })
    return as === 'claims' ? await openClaimsTable(join(folder, CLAIMS_FILE)) : openKeyFolder(folder)
  } catch (cause) {
    throw new CommandFailed(`The folder ${folder} cannot take the files: ${readSystemCode(cause)}`, { cause })
  }
}

function openKeyFolder(folder: string): BulkFolder {
  const pathOf = (deviceId: string, part: 'cert' | 'key'): string => join(folder, `${deviceId}-${part}.pem`)
  return {
    async save({ deviceId, clientCert, clientKey, caCert }) {
      if (caCert !== undefined) await write(join(folder, 'ca-cert.pem'), caCert, 0o644)
      if (deviceId === undefined || clientCert === undefined) return
      // The certificate last: where it is, the key is too.
      if (clientKey !== undefined) await write(pathOf(deviceId, 'key'), clientKey, 0o600)
      await write(pathOf(deviceId, 'cert'), clientCert, 0o644)
    },
    holds: (deviceId) => isThere(pathOf(deviceId, 'cert')),
  }
}

async function openClaimsTable(path: string): Promise<BulkFolder> {
  const before = await readFile(path, 'utf8').catch(() => '')
  const held = new Set(before.split('\n').flatMap((row) => row.split(',')[0] ?? []))
  if (before === '') await appendFile(path, 'deviceId,link,expiresAt\n', { mode: 0o600 })
  return {
    async save({ deviceId, link, expiresAt }) {
      if (deviceId === undefined || link === undefined) return
      await appendFile(path, `${deviceId},${link},${expiresAt}\n`)
      held.add(deviceId)
    },
    holds: async (deviceId) => held.has(deviceId),
  }
}

async function write(path: string, text: string, mode: number): Promise<void> {
  await using file = await openWaitingFile(path, mode)
  await file.replace(text)
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
