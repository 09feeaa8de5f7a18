import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readProvidedCertificate } from './ca/provided-certificate.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { httpsCertificate } from './config-certificate.ts'
import { writeSettings } from './config-file.ts'
import { readLock } from './db/folder-lock.ts'
import { DomainError } from './errors.ts'

/** Writes the certificate of HTTPS into a config.yaml, once it has been read and found good; gives what is odd about it. */
export async function saveSslSettings(config: Config, configFile: string): Promise<readonly string[]> {
  const files = httpsCertificate(config)
  if (!files) {
    throw new DomainError('configuration_invalid', 'There is no certificate to write down: name both --cert and --key')
  }
  refuseWhileRunning(resolve(config.data_dir))
  const { warnings } = await readProvidedCertificate(files, systemClock())
  await edit(configFile, (text) =>
    writeSettings(text, [
      ['ssl.enabled', true],
      ['ssl.cert_file', files.certificateFile],
      ['ssl.key_file', files.keyFile],
    ]),
  )
  return warnings
}

function refuseWhileRunning(dataDir: string): void {
  const holder = readLock(dataDir)
  if (!holder) return
  const pid = holder.pid === undefined ? '' : ` (process ${holder.pid})`
  throw new DomainError(
    'data_folder_in_use',
    `A hub${pid} uses ${dataDir}: stop it first, it reads settings at its start`,
  )
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  try {
    const target = await realpath(path).catch(unlessAbsent(path))
    const text = await readFile(target, 'utf8').catch(unlessAbsent(''))
    const mode = await stat(target).then((found) => found.mode & 0o777, unlessAbsent(0o644))
    const staged = `${target}.new`
    await writeFile(staged, change(text), { mode })
    await chmod(staged, mode)
    await rename(staged, target).catch(async (error) => {
      await rm(staged, { force: true })
      throw error
    })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause) || cause instanceof DomainError) throw cause
    throw new DomainError('file_unreachable', `${path} cannot be written: ${cause.code}`, { cause })
  }
}

function unlessAbsent<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code !== 'ENOENT') throw error
    return value
  }
}
