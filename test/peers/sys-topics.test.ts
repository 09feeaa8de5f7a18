import { expect, test } from 'vitest'
import { SYS_TOPICS } from '../../src/broker/status/sys-topics.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

test('mosquitto_sub prints every topic of $SYS with its value', async ({ skip }) => {
  needPrograms({ skip }, 'mosquitto_sub')
  await using hub = await startTestHub()
  const flags = await saveCredentials(hub.folder, 'monitor', await hub.enrolService('monitor', ['$SYS/#']))
  const line = `mosquitto_sub ${atHub(hub)} ${flags} -i monitor -t '$SYS/#' -F '%t=%p' -C ${SYS_TOPICS.length}`
  const { code, stdout } = await runProgram(line, { cwd: hub.folder })
  const printed = stdout.trimEnd().split('\n')
  expect(code).toBe(0)
  expect(printed.map((entry) => entry.split('=')[0])).toEqual(SYS_TOPICS)
  expect(printed).toContain('$SYS/broker/clients/connected=1')
})

test('mosquitto_sub is refused $SYS as a device', async ({ skip }) => {
  needPrograms({ skip }, 'mosquitto_sub')
  await using hub = await startTestHub()
  const flags = await saveCredentials(hub.folder, 'device-001', await hub.enrol('device-001'))
  const line = `mosquitto_sub ${atHub(hub)} ${flags} -i device-001 -t '$SYS/#' -C 1`
  const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
  expect(stdout).toBe('')
  expect(stderr).toContain('denied')
})
