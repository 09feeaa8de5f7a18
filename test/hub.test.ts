import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { type AcceptedMessage, startHub } from '../src/hub.ts'
import { LogSink } from './support/log-sink.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const PORTS = { mqtt: { port: 0, host: '127.0.0.1' }, api: { port: 0, host: '127.0.0.1' } } as const

interface Issued {
  readonly clientCert: string
  readonly clientKey: string
  readonly caCert: string
}

test('a hub runs within another program, on the folders it is given', async () => {
  await using folder = await temporaryFolder()
  const settings = { ...PORTS, certs_dir: join(folder.path, 'certs'), data_dir: join(folder.path, 'data') }
  await using hub = await startHub({ settings, log: new LogSink() })
  expect(existsSync(join(folder.path, 'certs', 'ca-cert.pem'))).toBe(true)
  expect(hub.adminTokenFile).toBe(join(folder.path, 'data', 'admin-token'))
  expect((await hub.fetch(new Request('https://hub/readyz'))).status).toBe(200)
})

test('its settings are judged as those of a file', async () => {
  await expect(startHub({ settings: { mqtt: { port: 70_000 } } })).rejects.toThrow('mqtt.port')
})

test('the program asks the API as administrator, without a token', async () => {
  await using hub = await startHub({ settings: PORTS, log: new LogSink(), inMemory: true })
  const asked = await hub.fetch(new Request('https://hub/api/devices'))
  expect(await asked.json()).toEqual({ items: [], nextCursor: null })
  expect(hub.adminTokenFile).toBeUndefined()
})

test('its log is for machines, or for people where the settings say so', async () => {
  for (const { format, expected } of [
    { format: 'auto', expected: /^{.*"msg":"Hub ready"}$/m },
    { format: 'text', expected: /INFO.*Hub ready/ },
  ] as const) {
    const lines: string[] = []
    const log = { write: (line: string) => lines.push(line) }
    await using _hub = await startHub({ settings: { ...PORTS, log: { format } }, log, inMemory: true })
    expect(lines.join('')).toMatch(expected)
  }
  await using _silent = await startHub({ settings: { ...PORTS, log: { level: 'silent' } }, inMemory: true })
})

test('a hook that fails breaks nothing, and is logged', async () => {
  const log = new LogSink()
  const mayAccess = (): boolean => {
    throw new Error('mine')
  }
  await using hub = await startHub({ settings: PORTS, log, inMemory: true, mayAccess })
  const seen: AcceptedMessage[] = []
  const issued = await hub.fetch(new Request('https://hub/api/devices/certificates/pump-7', { method: 'POST' }))
  const { clientCert: cert, clientKey: key, caCert: ca } = (await issued.json()) as Issued
  const url = `mqtts://localhost:${hub.mqttPort}`
  const client = await connectAsync(url, { ca, cert, key, clientId: 'pump-7', protocolVersion: 4, reconnectPeriod: 0 })
  // What the policies allow and the function takes away is dropped as what they deny is: acknowledged.
  await client.publishAsync('users/default/devices/pump-7/level', '23.5', { qos: 1 })
  await client.endAsync()
  expect(log.text).toContain('The policy function failed, and nothing is allowed')
  hub.messages.subscribe(() => {
    throw new Error('mine')
  })
  hub.messages.subscribe((message) => seen.push(message))
  expect((await hub.fetch(new Request('https://hub/livez'))).status).toBe(200)
  expect(seen).toEqual([])
})
