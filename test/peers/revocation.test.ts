import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { linkProgram, runSignet } from '../support/hub-process.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { startProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

test('when "signet device revoke" returns, mosquitto_sub has lost its connection, and it cannot come back', async (context) => {
  needPrograms(context, 'mosquitto_sub', 'stdbuf')
  await using hub = await startTestHub()
  await linkProgram(hub.folder)
  const flags = await saveCredentials(hub.folder, 'device', await hub.enrol('device-001'))
  const line = `stdbuf -oL mosquitto_sub -d ${atHub(hub)} ${flags} -t users/default/devices/device-001/#`
  await using subscriber = startProgram(line, { cwd: hub.folder })
  await subscriber.line(/received SUBACK/)
  const disconnected: string[] = []
  using _ = hub.hub.events.subscribe('device.disconnected', ({ id }) => disconnected.push(id))

  const revoked = await runSignet(hub.folder, 'device revoke device-001 --reason keyCompromise')

  expect(revoked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Certificate revoked: device device-001/) })
  expect(disconnected).toEqual(['device-001'])
  // It tries again by itself, and gives up when it is refused.
  expect(await subscriber.ended).toMatchObject({ code: 5, stderr: expect.stringContaining('not authorised') })
  expect(await hub.refusals()).toMatchObject([
    { cause: 'certificate_revoked', presented: { subject: 'CN=device-001' } },
  ])
})
