import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Credentials, TestHub } from './test-hub.ts'

/** Writes certificate and key where a foreign program reads them; gives the flags that curl and mosquitto's clients take for them. */
export async function saveCredentials(folder: string, name: string, { cert, key }: Credentials): Promise<string> {
  await writeFile(join(folder, `${name}-cert.pem`), cert)
  await writeFile(join(folder, `${name}-key.pem`), key, { mode: 0o600 })
  return `--cert ${name}-cert.pem --key ${name}-key.pem`
}

/** The flags by which mosquitto's clients find the hub; they run in its folder. */
export function atHub({ hub }: TestHub): string {
  return `--cafile certs/ca-cert.pem -h localhost -p ${hub.mqttPort}`
}
