import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { saveCredentials } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

// RFC 6455 §1.3: a key, and the answer to it
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

test('openssl is asked for a certificate of our CA, shows one, and is given a WebSocket', async (context) => {
  needPrograms(context, 'openssl')
  await using hub = await startTestHub()
  const flags = (await saveCredentials(hub.folder, 'device', await hub.enrol('device-001'))).replaceAll('--', '-')
  const request = [
    'GET /mqtt HTTP/1.1',
    `Host: localhost:${hub.hub.apiPort}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Protocol: mqtt',
  ].join('\\r\\n')
  // A close frame follows, masked with zeros (RFC 6455 §5.5.1): the hub answers it and ends the connection.
  const line = `sh -c "printf '${request}\\r\\n\\r\\n\\210\\200\\0\\0\\0\\0' | openssl s_client -connect localhost:${hub.hub.apiPort} -CAfile certs/ca-cert.pem -verify_return_error ${flags} -ign_eof"`
  const { stdout } = await runProgram(line, { cwd: hub.folder })
  expect(stdout).toMatch(/Acceptable client certificate CA names\n.*CN ?= ?Signet/)
  expect(stdout).toContain('HTTP/1.1 101 Switching Protocols')
  expect(stdout).toContain(`Sec-WebSocket-Accept: ${ACCEPT}`)
  expect(stdout).toContain('Sec-WebSocket-Protocol: mqtt')
  expect(await hub.refusals()).toEqual([])
})

test('curl without a certificate, and with one, uses the API as before', async (context) => {
  needPrograms(context, 'curl')
  await using hub = await startTestHub()
  const flags = await saveCredentials(hub.folder, 'device', await hub.enrol('device-001'))
  for (const own of ['', flags]) {
    for (const version of ['--tlsv1.2 --tls-max 1.2', '--tlsv1.3']) {
      const line = `curl -sS ${version} --cacert certs/ca-cert.pem ${own} https://localhost:${hub.hub.apiPort}/livez`
      expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({ code: 0, stdout: '{"status":"ok"}' })
    }
  }
  const refused = `curl -sS -o answer.json -w '%{http_code}' --cacert certs/ca-cert.pem ${flags} https://localhost:${hub.hub.apiPort}/mqtt`
  expect(await runProgram(refused, { cwd: hub.folder })).toMatchObject({ code: 0, stdout: '426' })
})
