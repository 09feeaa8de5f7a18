import { describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { HAPROXY_ADDRESS, startHaproxy } from '../support/haproxy.ts'
import { runProgram } from '../support/program.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

/** Of 127.0.0.0/8, all of which is this machine's. */
const CLIENT = '127.0.0.7'

describe('behind HAProxy', () => {
  for (const { name, version, settings } of [
    { name: 'send-proxy-v2', version: 'send-proxy-v2', settings: {} },
    { name: 'send-proxy', version: 'send-proxy', settings: {} },
    { name: 'send-proxy-v2, to one port', version: 'send-proxy-v2', settings: { listen: { single: 0 } } },
  ] satisfies readonly { name: string; version: string; settings: ConfigInput }[]) {
    const choose = (configuration: string): string => configuration.replaceAll('send-proxy-v2', version)

    test(`with ${name} a device shows its certificate, and has its own address`, async (context) => {
      needPrograms(context, 'haproxy')
      await using hub = await startProxiedHub(settings)
      await using haproxy = await startHaproxy(hub, choose)
      const connected = new Promise((resolve) => hub.hub.events.subscribe('device.connected', resolve))
      const address = { hub: { mqttPort: haproxy.mqttPort }, ca: hub.ca }
      using device = await openRawClient(address, await hub.enrol('device-001'), { localAddress: CLIENT })
      device.send(connectPacket({ clientId: 'device-001' }))
      expect(await device.next('connack')).toMatchObject({ returnCode: 0 })
      expect(await connected).toMatchObject({ id: 'device-001', address: CLIENT })
      expect(await hub.refusals()).toEqual([])
    })

    test(`with ${name} curl reaches the API, and is refused by its own address`, async (context) => {
      needPrograms(context, 'haproxy', 'curl')
      await using hub = await startProxiedHub(settings)
      await using haproxy = await startHaproxy(hub, choose)
      const curl = `curl -sS --interface ${CLIENT} --cacert certs/ca-cert.pem`
      const at = `https://localhost:${haproxy.apiPort}`
      expect(await runProgram(`${curl} ${at}/livez`, { cwd: hub.folder })).toMatchObject({ stdout: '{"status":"ok"}' })
      await runProgram(`${curl} ${at}/api/devices`, { cwd: hub.folder })
      expect(await hub.refusals()).toMatchObject([{ cause: 'token_missing', surface: 'https', address: CLIENT }])
    })

    for (const check of ['check-send-proxy', 'no-check-send-proxy']) {
      test(`with ${name} and ${check} its health checks pass, and nobody is told of them`, async (context) => {
        needPrograms(context, 'haproxy')
        await using hub = await startProxiedHub(settings)
        await using _ = await startHaproxy(hub, (configuration) =>
          choose(configuration).replaceAll('check-send-proxy', check),
        )
        expect(await hub.refusals()).toEqual([])
      })
    }
  }

  test('that says nothing of its clients is refused, and the administrator is told what to write', async (context) => {
    needPrograms(context, 'haproxy', 'curl')
    await using hub = await startProxiedHub()
    await using haproxy = await startHaproxy(hub, (configuration) =>
      configuration.replaceAll(/send-proxy-v2 (check .*) check-send-proxy/g, '$1'),
    )
    const line = `curl -sS --cacert certs/ca-cert.pem https://localhost:${haproxy.apiPort}/livez`
    expect((await runProgram(line, { cwd: hub.folder })).code).not.toBe(0)
    expect(await hub.refusals()).toMatchObject([
      { cause: 'proxy_header_missing', address: HAPROXY_ADDRESS, mend: expect.stringContaining('send-proxy-v2') },
    ])
  })

  test('that nobody has named is refused, and the administrator is told what to write', async (context) => {
    needPrograms(context, 'haproxy', 'curl')
    await using hub = await startTestHub()
    await using haproxy = await startHaproxy(hub)
    const line = `curl -sS --cacert certs/ca-cert.pem https://localhost:${haproxy.apiPort}/livez`
    expect((await runProgram(line, { cwd: hub.folder })).code).not.toBe(0)
    // Its health checks too are refused.
    expect(await hub.refusals()).toContainEqual(
      expect.objectContaining({
        cause: 'proxy_header_unexpected',
        surface: 'https',
        address: HAPROXY_ADDRESS,
        mend: expect.stringContaining('server.proxy_protocol_from'),
      }),
    )
  })
})

function startProxiedHub(settings: NonNullable<ConfigInput> = {}): Promise<TestHub> {
  return startTestHub({ settings: { server: { proxy_protocol_from: [HAPROXY_ADDRESS] }, ...settings } })
}
