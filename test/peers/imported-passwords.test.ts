import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const BAD_USER_NAME_OR_PASSWORD = 4
const DAY_MS = 86_400_000

const ACL = `pattern readwrite devices/%u/#
user fan
topic read weather
user mill
topic deny devices/mill/secret
`

test('the users of a Mosquitto move in with their passwords and its rules, and out again', async (context) => {
  needPrograms(context, 'mosquitto_pub', 'mosquitto_passwd')
  await using hub = await startPlainHub()
  await makePasswordFile(hub)
  const line = `mosquitto --password-file passwords --acl-file acl`
  const signet = (words: string) => run({ argv: ['import', ...words.split(' ')], cwd: hub.folder })
  const until = new Date(hub.clock.now().getTime() + 90 * DAY_MS).toISOString().slice(0, 10)

  const undated = await signet(line)
  expect(undated.stdout).toContain('The password of user name pump is left out: --passwords-until DATE')
  expect(undated.stdout).toContain('4 of the devices would be refused')
  const dryRun = await signet(`${line} --passwords-until ${until}`)
  expect(dryRun.stdout).toContain(`3 passwords, until ${until}T00:00:00.000Z`)
  expect(dryRun.stdout).toContain('1 of the devices would be refused')
  expect(dryRun.stdout).toContain('The password of late is left out: it is no hash')
  expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])

  expect(await signet(`${line} --passwords-until ${until} --apply --report report.json`)).toMatchObject({ code: 0 })
  for (const user of ['pump', 'fan', 'mill']) {
    expect(await publish(hub, user, `${user}'s own`)).toMatchObject({ code: 0 })
    expect(await publish(hub, user, 'another')).toMatchObject({ code: BAD_USER_NAME_OR_PASSWORD })
  }
  const { items } = (await hub.api('GET', '/api/devices')).json()
  expect(items.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual(['fan', 'late', 'mill', 'pump'])
  expect(items[2].policies).toEqual(['mosquitto-user-mill', 'mosquitto-patterns'])
  expect(await publish(hub, 'mill', "mill's own", 'devices/mill/secret')).toMatchObject({ code: 0 })
  expect((await hub.refusals())[0]).toMatchObject({ cause: 'publish_denied', presented: { identity: 'device:mill' } })

  expect((await signet(`${line} --passwords-until ${until} --apply`)).stdout).toContain('4 devices: 4 unchanged')
  expect(await signet('undo report.json')).toMatchObject({ code: 0, stdout: expect.stringContaining('4 removed') })
  expect(await publish(hub, 'pump', "pump's own")).toMatchObject({ code: BAD_USER_NAME_OR_PASSWORD })
  expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])
})

/** As an operator of a Mosquitto made it; the last line was never hashed. */
async function makePasswordFile(hub: TestHub): Promise<void> {
  const lines = [
    `mosquitto_passwd -b -c passwords pump "pump's own"`,
    `mosquitto_passwd -b passwords fan "fan's own"`,
    `mosquitto_passwd -H sha512 -b passwords mill "mill's own"`,
  ]
  for (const line of lines) expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({ code: 0 })
  await runProgram('sh -c "echo late:secret >> passwords"', { cwd: hub.folder })
  await writeFile(join(hub.folder, 'acl'), ACL)
}

async function startPlainHub(): Promise<TestHub> {
  return startTestHub({ settings: { mqtt: { plain: { host: '127.0.0.1', port: 0 } } } })
}

function publish(
  { hub, folder }: TestHub,
  user: string,
  password: string,
  topic = `devices/${user}/up`,
): Promise<Ended> {
  const line = `mosquitto_pub -h 127.0.0.1 -p ${hub.plainMqttPort} -u ${user} -P "${password}" -q 1 -t ${topic} -m 1`
  return runProgram(line, { cwd: folder })
}
