import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { startProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

test("mosquitto's client is cut when its certificate of a minute ends, comes back by itself, and is refused", async (context) => {
  needPrograms(context, 'mosquitto_sub', 'stdbuf')
  await using hub = await startTestHub({ settings: { profiles: { minute: { validity: '1m' } } } })
  const flags = await saveCredentials(hub.folder, 'pump', await hub.enrol('pump', { profile: 'minute' }))
  const line = `stdbuf -oL mosquitto_sub -d ${atHub(hub)} ${flags} -i pump -t users/default/devices/pump/commands`
  await using client = startProgram(line, { cwd: hub.folder })
  await client.line(/received SUBACK/)
  hub.clock.advance(61_000)
  await client.line(/received CONNACK \(5\)/)
  expect(await hub.refusals()).toContainEqual(expect.objectContaining({ cause: 'certificate_expired' }))
})
