import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { createForeignFleet, readMember } from '../support/foreign-fleet.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

/** Every line of the guide's command blocks that needs no broker but this hub. */
const LINES = readGuide('docs/moving-in.md')
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => /^signet (?:import|certificate list)/.test(line) && !line.includes('retained'))

test("the guide's commands do what it says, in its order", async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  const member = { name: 'pump', subject: '/CN=pump' }
  await createForeignFleet(folder.path, [member])
  await using hub = await startTestHub({ folder: folder.path })
  const { fingerprint256 } = new X509Certificate((await readMember(folder.path, member)).cert)
  const files = {
    'fleet.csv': `deviceId,userId,fingerprint\npump,ann,${fingerprint256}\n`,
    'dynamic-security.json': '{"clients": [{"username": "pump"}]}',
    passwords: 'pump:$7$101$YWFh$YmJi\n',
    acl: 'pattern write devices/%u/#\n',
    'clients.json': '{"data": [{"clientid": "pump", "proto_ver": 4, "listener": "ssl:default"}]}',
    'users.json': '[]',
    'acl.conf': '{deny, all}.',
    'rules.json': '{"data": []}',
    'banned.json': '{"data": []}',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)

  const soon = new Date(hub.clock.now().getTime() + 90 * 86_400_000).toISOString().slice(0, 10)
  expect(LINES.length).toBeGreaterThan(5)
  for (const line of LINES) {
    const [, ...argv] = line
      .replaceAll("'", '')
      .replace(/\d{4}-\d\d-\d\d/, soon)
      .split(' ')
    const { code, stdout, stderr } = await run({ argv, cwd: folder.path })
    expect({ line, code, refused: /would be refused:/.test(stdout) }, stderr).toEqual({ line, code: 0, refused: false })
    const { items } = (await hub.api('GET', '/api/devices')).json()
    if (line.endsWith('--apply')) expect(items).toMatchObject([{ deviceId: 'pump', userId: 'ann' }])
    if (line.includes('undo')) expect(items).toEqual([])
  }
})
