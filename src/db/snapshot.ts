import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { MessageFigures, RegistryFigures } from '../backup/manifest.ts'
import { DomainError } from '../errors.ts'
import type { SnapshotAnswer, SnapshotRequest } from './snapshot-worker.ts'

export interface SnapshotFigures {
  readonly registry: RegistryFigures
  readonly messages: MessageFigures
}

// This file's own extension: the package holds JavaScript where the repository holds TypeScript.
const SCRIPT = new URL(`./snapshot-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Copies both databases as they are at this moment, while others write to them, and counts what is in them. In a thread
 * of its own: the last step of a copy waits for the disk. Throws `file_unreachable` where that has no room.
 */
export async function takeSnapshot(request: SnapshotRequest, signal: AbortSignal): Promise<SnapshotFigures> {
  signal.throwIfAborted()
  // The flags of the process are meant for its own script.
  const worker = new Worker(SCRIPT, { execArgv: [], workerData: request })
  const { promise, resolve, reject } = Promise.withResolvers<SnapshotAnswer>()
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('The thread that copies the databases has ended')))
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const answer = await promise
    if ('figures' in answer) return answer.figures
    throw new DomainError(answer.code, answer.sentence)
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
