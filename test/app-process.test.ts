import { expect, test } from 'vitest'
import { startHubAlone } from '../src/app-process.ts'
import { createConfig } from '../src/config.ts'
import { createLogger } from '../src/logger.ts'
import { startHubAlone as startByMain } from '../src/main.ts'
import { LogSink } from './support/log-sink.ts'

const LOCAL = { host: '127.0.0.1', port: 0 }
const { Response: NodeResponse } = globalThis

function prepare() {
  const log = new LogSink()
  const logger = createLogger({ level: 'info', format: 'json', stream: log })
  return { log, config: createConfig({ api: LOCAL, mqtt: LOCAL }), overrides: { logger, pid: 1, inMemory: true } }
}

test('a hub alone in its process answers as any other, and fetch is answered as before', async () => {
  const { config, overrides } = prepare()
  await using hub = await startByMain(config, overrides)
  expect(globalThis.Response).not.toBe(NodeResponse)

  const origin = `http://127.0.0.1:${hub.apiPort}`
  const alive = await fetch(`${origin}/livez`)
  expect(alive).toBeInstanceOf(NodeResponse)
  expect(await alive.json()).toEqual({ status: 'ok' })
  expect(alive.headers.get('content-length')).toBe('15')

  const refused = await fetch(`${origin}/api/devices/certificates/device-001`, { method: 'POST' })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(await refused.json()).toMatchObject({ code: 'unauthorized', requestId: refused.headers.get('x-request-id') })

  const head = await fetch(`${origin}/pki/ca.pem`, { method: 'HEAD' })
  expect({ status: head.status, text: await head.text() }).toEqual({ status: 200, text: '' })
})

test('its audit knows what came of each change', async () => {
  const { log, config, overrides } = prepare()
  await using hub = await startHubAlone(config, overrides)
  const change = async (method: string, path: string) =>
    (await hub.fetch(new Request(`http://x${path}`, { method }))).status
  expect(await change('POST', '/api/devices/certificates/device-001')).toBe(201)
  expect(await change('DELETE', '/api/devices/device-002')).toBe(404)

  const { items } = JSON.parse(await (await hub.fetch(new Request('http://x/api/audit'))).text())
  expect(items.map(({ action, result }: Record<string, string>) => `${action} ${result}`)).toEqual([
    'device.delete device_not_found',
    'device.issue done',
  ])
  expect(log.lines).toContainEqual(expect.objectContaining({ msg: 'Change refused', cause: 'device_not_found' }))
})
