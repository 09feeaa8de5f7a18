import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { refuseWhileRunning } from './app-not-running.ts'
import { publishFile, readFileIfPresent, stageFile } from './ca/durable-file.ts'
import { readProvidedCertificate } from './ca/provided-certificate.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { httpsCertificate } from './config-certificate.ts'
import { writeSettings } from './config-file.ts'
import { DomainError } from './errors.ts'

/** Writes the certificate of HTTPS into a config.yaml, once it has been read and found good; gives what is odd about it. */
export async function saveSslSettings(config: Config, configFile: string): Promise<readonly string[]> {
  const files = httpsCertificate(config)
  if (!files) {
    throw new DomainError('configuration_invalid', 'There is no certificate to write down: name both --cert and --key')
  }
  refuseWhileRunning(resolve(config.data_dir), 'it reads settings at its start')
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

/** In one step, at the end of a link, and with the rights that the file has. */
async function edit(path: string, change: (text: string) => string): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const text = await readFileIfPresent(target)
  const mode = text === undefined ? 0o644 : (await stat(target)).mode & 0o777
  await stageFile(target, change(text ?? ''), mode)
  await publishFile(target)
}
