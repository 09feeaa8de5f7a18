import { describe, expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { nextMessage } from '../support/next-message.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const SINGLE = { listen: { single: '127.0.0.1:0' } }

describe('one port for everything', () => {
  for (const alpn of ['', '--tls-alpn mqtt']) {
    test(`mosquitto_pub ${alpn} reaches MQTT.js over WebSocket`, async (context) => {
      needPrograms(context, 'mosquitto_pub')
      await using hub = await startTestHub({ settings: SINGLE })
      const device = await hub.enrol('device-001')
      const flags = `${atHub(hub)} ${await saveCredentials(hub.folder, 'device', device)} ${alpn}`
      const options = { protocol: 'wss', path: '/mqtt', port: hub.hub.apiPort, clientId: 'device-001:web' } as const
      const client = await hub.connect(device, options)
      await client.subscribeAsync(`${OWN}/#`, { qos: 1 })
      const arrived = nextMessage(client)
      const line = `mosquitto_pub ${flags} -i device-001 -q 1 -t ${OWN}/t -m hello`
      expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({ code: 0 })
      expect(await arrived).toEqual({ topic: `${OWN}/t`, payload: 'hello' })
    })
  }

  test('curl uses the API over TLS, with ALPN and without, and in the clear', async (context) => {
    needPrograms(context, 'curl')
    await using hub = await startTestHub({ settings: SINGLE })
    const at = `localhost:${hub.hub.apiPort}/api/health/logging`
    const curl = 'curl -sS -o /dev/null -w %{http_code} --cacert certs/ca-cert.pem'
    for (const line of [`${curl} https://${at}`, `${curl} --no-alpn https://${at}`, `${curl} http://${at}`]) {
      expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({ code: 0, stdout: '200' })
    }
    expect(await hub.refusals()).toEqual([])
  })
})
