import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { createToken } from '../support/login.ts'
import { atHub } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const TELEMETRY = '-q 1 -t users/default/devices/device-001/telemetry -m test'
/** MQTT 3.1.1 §3.2.2.3, which mosquitto makes its exit code. */
const BAD_USER_NAME_OR_PASSWORD = 4

test('mosquitto logs in with a token, over TLS and without it, and hears that another is bad', async (context) => {
  needPrograms(context, 'mosquitto_pub')
  await using hub = await startPlainHub()
  const { password } = await createToken(hub, 'devices/device-001')
  for (const place of [atHub(hub), inTheClear(hub)]) {
    const publish = (secret: string) =>
      runProgram(`mosquitto_pub ${place} -u device-001 -P ${secret} ${TELEMETRY}`, { cwd: hub.folder })
    expect(await publish(password)).toMatchObject({ code: 0 })
    expect(await publish('wrong')).toMatchObject({ code: BAD_USER_NAME_OR_PASSWORD })
  }
})

for (const { name, flags } of [
  { name: '$7$', flags: '' },
  { name: '$6$', flags: '-H sha512' },
]) {
  test(`a line ${name} of mosquitto_passwd lets its device in`, async (context) => {
    needPrograms(context, 'mosquitto_pub', 'mosquitto_passwd')
    await using hub = await startPlainHub()
    await runProgram(`mosquitto_passwd ${flags} -b -c passwords 'old name' 'correct horse'`, { cwd: hub.folder })
    const line = await readFile(join(hub.folder, 'passwords'), 'utf8')
    const endsAt = new Date(hub.clock.now().getTime() + 1_000_000).toISOString()
    const body = { userName: 'old name', hash: readHash(line.trim()), endsAt }
    const imported = await hub.api('PUT', '/api/devices/device-001/legacy-credential', { body })
    expect(imported.status).toBe(200)
    const login = `-i device-001 -u 'old name' -P 'correct horse'`
    const published = await runProgram(`mosquitto_pub ${inTheClear(hub)} ${login} ${TELEMETRY}`, { cwd: hub.folder })
    expect(published).toMatchObject({ code: 0 })
  })
}

/** `name:$6$salt$digest` and `name:$7$iterations$salt$digest`. */
function readHash(line: string): object {
  const [form, ...fields] = line.slice(line.indexOf('$') + 1).split('$')
  const [digest, salt, iterations] = fields.toReversed()
  if (form === '6') return { algorithm: 'sha512', digest, salt, saltPosition: 'suffix' }
  return { algorithm: 'pbkdf2', digest, salt, iterations: Number(iterations), macFunction: 'sha512' }
}

async function startPlainHub(): Promise<TestHub> {
  const hub = await startTestHub({ settings: { mqtt: { auth: 'token', plain: { host: '127.0.0.1', port: 0 } } } })
  await hub.api('POST', '/api/devices', { body: { deviceId: 'device-001' } })
  return hub
}

function inTheClear({ hub }: TestHub): string {
  return `-h 127.0.0.1 -p ${hub.plainMqttPort}`
}
