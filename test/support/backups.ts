import { writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { type ArchivePlan, sealArchive } from '../../src/backup/archive.ts'
import { type Finished, run } from '../cli/terminal.ts'
import type { TestHub } from './test-hub.ts'

export const PASSPHRASE = 'correct horse battery staple'

/** Backs a hub up over its API; the octets of the archive. */
export function downloadBackup(hub: TestHub, contents: 'hub' | 'ca' = 'hub'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${hub.adminToken}`, 'content-type': 'application/json' }
    const target = { host: 'localhost', port: hub.hub.apiPort, ca: hub.ca, agent: false }
    const outgoing = request({ ...target, headers, method: 'POST', path: '/api/backup' }, async (incoming) => {
      try {
        const octets = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
        if (incoming.statusCode === 200) resolve(octets)
        else reject(new Error(octets.toString()))
      } catch (error) {
        reject(error)
      }
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify({ passphrase: PASSPHRASE, contents }))
  })
}

/** The same as a file beside the two folders of the hub. */
export async function saveBackup(hub: TestHub, name = 'hub.backup', contents: 'hub' | 'ca' = 'hub'): Promise<string> {
  const file = join(hub.folder, name)
  await writeFile(file, await downloadBackup(hub, contents))
  return file
}

export async function* streamOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

export async function seal(plan: ArchivePlan): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync((await sealArchive(plan)).stream))
}

/** `signet restore` of a file in a folder with a stopped hub. */
export function runRestore(folder: string, file: string, ...flags: readonly string[]): Promise<Finished> {
  return restore(folder, ['restore', file], flags)
}

/** `signet ca restore`, likewise. */
export function runCaRestore(folder: string, file: string, ...flags: readonly string[]): Promise<Finished> {
  return restore(folder, ['ca', 'restore', file], flags)
}

// Of an option that is given twice the last one counts: a test may name another file.
async function restore(folder: string, words: readonly string[], flags: readonly string[]): Promise<Finished> {
  await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`)
  return run({ argv: [...words, '--passphrase-file', 'passphrase', ...flags], cwd: folder })
}
