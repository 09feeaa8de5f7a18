import { describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { saveCredentials } from '../support/mosquitto.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

const PORTS = ['mqttPort', 'apiPort'] as const
// It opens a connection for each suite and version it knows.
const WIDE = { new_connections_per_address_per_second: 100_000, half_open_per_address: 100_000 }

describe('sslscan', () => {
  for (const keyAlgorithm of ['ec-p256', 'rsa-2048'] as const) {
    test.for(PORTS)(`finds nothing weak on %s with a key of ${keyAlgorithm}`, async (port, context) => {
      needPrograms(context, 'sslscan')
      const settings: ConfigInput = { limits: WIDE, ca: { key_algorithm: keyAlgorithm } }
      await using hub = await startTestHub({ settings })
      const line = `sslscan --no-colour localhost:${hub.hub[port]}`
      const { stdout } = await runProgram(line, { cwd: hub.folder })
      expect(stdout.match(/^\S+ +enabled$/gm)).toEqual(['TLSv1.2   enabled', 'TLSv1.3   enabled'])
      expect(stdout).toContain('Session renegotiation not supported')
      expect(stdout).not.toMatch(/^TLS\S+ vulnerable/m)
      const suites = stdout.match(/^(?:Preferred|Accepted) .*$/gm) ?? []
      expect(suites).toHaveLength(6)
      for (const suite of suites)
        expect(suite).toMatch(/ (?:TLS_\S+|ECDHE-\S+)_?-?(?:GCM-SHA\d+|GCM_SHA\d+|POLY1305|POLY1305_SHA256) /)
      const groups = stdout.match(/^TLSv1\.[23] +\d+ bits +\S+/gm) ?? []
      expect(groups.length).toBeGreaterThan(2)
      for (const group of groups) expect(group).toMatch(/ (?:x25519|secp(?:256|384|521)r1)$/)
    })
  }
})

test.for(PORTS)('openssl s_client may not renegotiate on %s: its connection ends', async (port, context) => {
  needPrograms(context, 'openssl')
  await using hub = await startTestHub()
  const flags = (await saveCredentials(hub.folder, 'device', await hub.enrol('device-001'))).replaceAll('--', '-')
  const client = `openssl s_client -tls1_2 -connect localhost:${hub.hub[port]} -CAfile certs/ca-cert.pem ${flags}`
  // "R" on a line of its own asks for it; the pipe stays open behind it, so that the end is TLS's doing.
  await runProgram('mkfifo typed', { cwd: hub.folder })
  const line = `sh -c 'exec 3<>typed; echo R >&3; ${client} <typed; echo ended with $?'`
  await using program = startProgram(line, { cwd: hub.folder })
  await program.line(/^RENEGOTIATING/)
  await program.line(/no renegotiation/)
  expect(await program.line(/^ended with/)).toBe('ended with 1')
})

describe('openssl s_client', () => {
  for (const { name, flags, says } of [
    { name: 'is told mqtt by ALPN on the port of MQTT', flags: '-alpn mqtt', says: 'ALPN protocol: mqtt' },
    {
      name: 'is told the name that AWS uses, too',
      flags: '-alpn x-amzn-mqtt-ca',
      says: 'ALPN protocol: x-amzn-mqtt-ca',
    },
    { name: 'is refused what nobody speaks', flags: '-alpn h2', says: 'no application protocol' },
    { name: 'may name any server', flags: `-servername ${'x'.repeat(60)}.invalid`, says: 'Verification: OK' },
  ]) {
    test(name, async (context) => {
      needPrograms(context, 'openssl')
      await using hub = await startTestHub()
      const line = `sh -c "openssl s_client -connect localhost:${hub.hub.mqttPort} -CAfile certs/ca-cert.pem ${flags} </dev/null"`
      const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
      expect(stdout + stderr).toContain(says)
    })
  }
})
