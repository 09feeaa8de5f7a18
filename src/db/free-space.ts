import { type StatsFs, statfsSync } from 'node:fs'
import { dirname } from 'node:path'

// The pages that issuing a certificate changes, 4 KiB each, and as many in the log.
const LEAST_BYTES = 64 * 1024

type ReadDisk = (path: string) => Pick<StatsFs, 'bavail' | 'blocks' | 'bsize'>

/** Whether the disk of this file has room for a change; it has where the file system does not tell, as some in networks. */
export function hasFreeSpace(file: string, readDisk: ReadDisk = statfsSync): boolean {
  const { bavail, blocks, bsize } = readDisk(dirname(file))
  return blocks === 0 || bavail * bsize >= LEAST_BYTES
}
