import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { type HubProcess, linkProgram, startHubProcess } from '../support/hub-process.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createWebPki, type WebPki } from '../support/web-pki.ts'

test('certbot turns its links while the hub runs: SIGHUP has the new certificate shown, and MQTTS keeps its own', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  await linkProgram(folder.path)
  const web = await createWebPki(folder.path)
  await writeFile(join(folder.path, 'root.pem'), web.root)
  await mkdir(join(folder.path, 'live'))
  await renew(folder.path, web, 1)
  const ssl = 'ssl:\n  enabled: true\n  cert_file: live/fullchain.pem\n  key_file: live/privkey.pem\n'
  await writeFile(join(folder.path, 'config.yaml'), `${ssl}log:\n  format: json\n`)
  await using hub = await startHubProcess(folder.path)
  const first = await readSerialNumbers(hub, folder.path)
  expect(first.https.verified).toBe(true)

  await renew(folder.path, web, 2)
  // Which ends no hub without a terminal.
  void hub.program.stop('SIGHUP')
  await hub.program.line(/"msg":"Configuration read again"/)
  const second = await readSerialNumbers(hub, folder.path)
  expect(second.https.verified).toBe(true)
  expect(second.https.serialNumber).not.toBe(first.https.serialNumber)
  expect(second.mqtts.serialNumber).toBe(first.mqtts.serialNumber)
})

/** As certbot does: the files of each time stand in archive/, and a link in live/ is put in the place of the last. */
async function renew(folder: string, web: WebPki, time: number): Promise<void> {
  const { cert, key } = await web.issue()
  const archive = join(folder, 'archive')
  await mkdir(archive, { recursive: true })
  for (const [name, text] of Object.entries({ fullchain: cert + web.issuing, privkey: key })) {
    await writeFile(join(archive, `${name}${time}.pem`), text, { mode: 0o600 })
    await symlink(`../archive/${name}${time}.pem`, join(folder, 'live', `${name}.new`))
    await rename(join(folder, 'live', `${name}.new`), join(folder, 'live', `${name}.pem`))
  }
}

async function readSerialNumbers({ apiPort, mqttPort }: HubProcess, cwd: string) {
  const [https, mqtts] = await Promise.all(
    [apiPort, mqttPort].map(async (port) => {
      const line = `sh -c 'openssl s_client -connect localhost:${port} -servername localhost -CAfile root.pem </dev/null 2>&1 | tee shown-${port}; openssl x509 -noout -serial <shown-${port}'`
      const { stdout } = await runProgram(line, { cwd })
      return {
        verified: stdout.includes('Verify return code: 0 (ok)'),
        serialNumber: /^serial=(\w+)$/m.exec(stdout)?.[1],
      }
    }),
  )
  if (!https?.serialNumber || !mqtts?.serialNumber) throw new Error('a port showed no certificate')
  return { https, mqtts }
}
