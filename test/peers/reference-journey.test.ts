import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { linkProgram, startHubProcess } from '../support/hub-process.ts'
import { type Ended, type Program, runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const FILES = [
  ...['certs/ca-cert.pem', 'certs/ca-key.pem', 'certs/server-cert.pem', 'certs/server-key.pem'],
  ...['certs/devices/test-device-cert.pem', 'certs/devices/test-device-key.pem', 'data/admin-token'],
]

test("the reference's journey, word for word, in a fresh folder", { timeout: 240_000 }, async (context) => {
  needPrograms(context, 'curl', 'mosquitto_pub', 'mosquitto_sub', 'openssl', 'stdbuf')
  await using folder = await temporaryFolder()
  await using stack = new AsyncDisposableStack()
  await linkProgram(folder.path)
  const hub = stack.use(await startHubProcess(folder.path))
  const ports: Readonly<Record<string, number>> = { 8883: hub.mqttPort, 3000: hub.apiPort }
  const here = (line: string): string => line.replace(/\b(?:8883|3000)\b/g, (port) => `${ports[port]}`)
  const type = (line: string): Promise<Ended> => runProgram(here(line), { cwd: folder.path })
  // Into a pipe, mosquitto_sub writes when its buffer is full.
  const leaveRunning = (line: string): Program =>
    stack.use(startProgram(`stdbuf -oL ${here(line)}`, { cwd: folder.path }))

  expect(await type('bin/signet.mjs device add test-device --user test-user')).toMatchObject({ code: 0, stderr: '' })
  expect(
    await type(
      'curl -sS --cacert certs/ca-cert.pem -H "Authorization: Bearer $(cat data/admin-token)" -X POST https://localhost:3000/api/devices/certificates/device-001',
    ),
  ).toMatchObject({ code: 0, stdout: expect.stringMatching(/^{"deviceId":"device-001","clientCert":"-----BEGIN/) })
  expect(await type('curl -sS http://localhost:3000/api/health/logging')).toMatchObject({
    stdout: expect.stringMatching(/^{"status":"ok","level":"info"/),
  })

  // A back end that sees it all
  const added = await type(`bin/signet.mjs service add backend --allow 'users/+/devices/+/#'`)
  expect(added).toMatchObject({ code: 0, stderr: '' })
  const backend = leaveRunning(
    "mosquitto_sub -d --cafile certs/ca-cert.pem --cert certs/services/backend-cert.pem --key certs/services/backend-key.pem -h localhost -p 8883 -v -t 'users/+/devices/+/#'",
  )
  await backend.line(/received SUBACK/)

  // Without -i, as in the reference, while the simulator runs
  const simulator = leaveRunning(
    'bin/signet.mjs simulate --user-id test-user --device-id test-device --mqtt-host localhost --mqtt-secure-port 8883 --use-tls true --cert-path ./certs/devices/test-device-cert.pem --key-path ./certs/devices/test-device-key.pem --ca-path ./certs/devices/ca-cert.pem',
  )
  await simulator.line(/subscribed to users\/test-user\/devices\/test-device\/rpc\/request/)
  const subscriber = leaveRunning(`mosquitto_sub -d ${TEST_DEVICE} -t users/test-user/devices/test-device/rpc/response`)
  await subscriber.line(/received SUBACK/)
  const ping = `{"id":"test","method":"ping","params":{}}`
  const asked = await type(
    `mosquitto_pub ${TEST_DEVICE} -t users/test-user/devices/test-device/rpc/request -m '${ping}'`,
  )
  expect(asked).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await subscriber.line(/^{"id"/)).toBe('{"id":"test","result":"pong"}')

  // Another device of another user
  await type('bin/signet.mjs device add pump-7 --user other-user')
  const pump = '--cafile certs/ca-cert.pem --cert certs/devices/pump-7-cert.pem --key certs/devices/pump-7-key.pem'
  await type(`mosquitto_pub ${pump} -h localhost -p 8883 -t users/other-user/devices/pump-7/telemetry -m '{"bar":3}'`)
  expect(await backend.line(/devices\/pump-7\/telemetry {/)).toBe('users/other-user/devices/pump-7/telemetry {"bar":3}')
  await backend.line(/^users\/test-user\/devices\/test-device\/telemetry {"sequence":1/)

  expect(
    await type('openssl verify -x509_strict -CAfile certs/ca-cert.pem certs/devices/test-device-cert.pem'),
  ).toMatchObject({ code: 0, stdout: 'certs/devices/test-device-cert.pem: OK\n' })
  for (const port of ['8883', '3000']) {
    const handshake = await type(
      `openssl s_client -connect localhost:${port} -cert certs/devices/test-device-cert.pem -key certs/devices/test-device-key.pem -CAfile certs/ca-cert.pem -verify_return_error`,
    )
    expect(handshake).toMatchObject({ code: 0, stdout: expect.stringContaining('Verify return code: 0 (ok)') })
  }

  // Nobody was refused or evicted
  expect(hub.program.output).not.toContain('"Refused"')
  expect(simulator.output).not.toMatch(/closed|attempt|error/)
  for (const { output } of [subscriber, backend]) expect(output.match(/received CONNACK/g)).toHaveLength(1)
  expect(await simulator.stop()).toMatchObject({ code: 0 })
})

test('a second start makes nothing anew, and a stop exits 0', async () => {
  await using folder = await temporaryFolder()
  await linkProgram(folder.path)
  await using first = await startHubProcess(folder.path)
  await runProgram('bin/signet.mjs device add test-device --user test-user', { cwd: folder.path })
  expect(await first.program.stop('SIGTERM')).toMatchObject({ code: 0, stderr: '' })
  const before = await readFiles(folder.path)

  await using second = await startHubProcess(folder.path)
  expect(second.program.output).not.toMatch(/created|issued/)
  expect(await second.program.stop('SIGINT')).toMatchObject({ code: 0, stderr: '' })
  expect(await readFiles(folder.path)).toEqual(before)
})

const TEST_DEVICE =
  '--cafile certs/ca-cert.pem --cert certs/devices/test-device-cert.pem --key certs/devices/test-device-key.pem -h localhost -p 8883'

function readFiles(folder: string): Promise<readonly string[]> {
  return Promise.all(FILES.map((file) => readFile(join(folder, file), 'utf8')))
}
