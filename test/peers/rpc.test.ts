import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'

test('curl asks, mosquitto_sub hears it, and what mosquitto_pub answers is what curl prints', async ({ skip }) => {
  needPrograms({ skip }, 'mosquitto_sub', 'mosquitto_pub', 'curl')
  await using hub = await startTestHub()
  const { folder: cwd } = hub
  const flags = `${atHub(hub)} ${await saveCredentials(cwd, 'device-001', await hub.enrol('device-001'))}`
  await using device = startProgram(`mosquitto_sub ${flags} -i device-001 -t ${OWN}/rpc/request`, { cwd })
  while (!(await isListening(hub)));
  await using asking = startProgram(
    `curl -sS --cacert certs/ca-cert.pem -H "Authorization: Bearer $(cat data/admin-token)" -H 'Content-Type: application/json' -d '{"method":"ping","params":{}}' https://localhost:${hub.hub.apiPort}/api/users/default/devices/device-001/rpc`,
    { cwd },
  )
  const { id, ...asked } = JSON.parse(await device.line(/^\{/))
  expect(asked).toEqual({ method: 'ping', params: {} })
  const answer = JSON.stringify({ id, result: 'pong' })
  const answering = `mosquitto_pub ${flags} -i device-001:answer -t ${OWN}/rpc/response -q 1 -m '${answer}'`
  expect(await runProgram(answering, { cwd })).toMatchObject({ code: 0, stderr: '' })
  const { code, stdout } = await asking.ended
  expect([code, JSON.parse(stdout)]).toEqual([0, { id, result: 'pong' }])
})

async function isListening(hub: TestHub): Promise<boolean> {
  const { items } = (await hub.api('GET', '/api/sessions')).json()
  return items.some((session: { readonly subscriptions: readonly unknown[] }) => session.subscriptions.length > 0)
}
