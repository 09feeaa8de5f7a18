import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

test('mosquitto_sub, as a service that is allowed it, prints who comes and goes', async ({ skip }) => {
  needPrograms({ skip }, 'mosquitto_sub', 'mosquitto_pub')
  await using hub = await startTestHub()
  const service = await hub.enrolService('watcher', ['$SYS/brokers/+/clients/#', 'ready'])
  const watcher = await saveCredentials(hub.folder, 'watcher', service)
  const device = await saveCredentials(hub.folder, 'device-001', await hub.enrol('device-001'))
  await hub.api('POST', '/api/publish', { body: { topicName: 'ready', payload: 'yes', retain: true } })
  await using printing = startProgram(
    `mosquitto_sub ${atHub(hub)} ${watcher} -i watcher -t '$SYS/brokers/+/clients/+/connected' -t '$SYS/brokers/+/clients/+/disconnected' -t ready -F '%t %p' -C 3`,
    { cwd: hub.folder },
  )
  // Retained: it comes when all three are subscribed to.
  await printing.line(/^ready yes$/)
  const line = `mosquitto_pub ${atHub(hub)} ${device} -i device-001 -t users/default/devices/device-001/a -m x`
  expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({ code: 0 })
  const { code, stdout } = await printing.ended
  expect(code).toBe(0)
  const [, came = '', went = ''] = stdout.trimEnd().split('\n')
  expect(came).toMatch(
    /^\$SYS\/brokers\/signet@127\.0\.0\.1\/clients\/device-001\/connected \{"clientid":"device-001",/,
  )
  expect(went).toMatch(/\/clients\/device-001\/disconnected \{.*"reason":"normal"/)
})
