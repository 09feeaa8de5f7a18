import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { openHubCa } from '../support/certificate-maker.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

async function connect(hub: TestHub, credentials: Credentials, clientId: string): Promise<number | undefined> {
  using client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId }))
  return (await client.next('connack'))?.returnCode
}

test('a certificate of the adopted CA is a device at its first connection, and never again once it was revoked', async () => {
  await using hub = await startTestHub({ settings: { ca: { unknown: 'auto', unknown_owner: 'fleet' } } })
  const pump = await (await openHubCa(hub)).make({ commonNames: ['pump'] })
  expect(await connect(hub, pump, 'pump')).toBe(0)
  expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'fleet', state: 'active' })

  const another = await (await openHubCa(hub)).make({ commonNames: ['pump'] })
  expect(await connect(hub, another, 'pump')).toBe(5)
  expect((await hub.refusals())[0]).toMatchObject({ cause: 'certificate_pending' })

  await hub.api('DELETE', '/api/devices/certificates/pump')
  await hub.api('DELETE', '/api/devices/pump')
  for (const credentials of [pump, another]) expect(await connect(hub, credentials, 'pump')).toBe(5)
})

test('a certificate that waits is found, approved and let in from the command line', async () => {
  await using hub = await startTestHub({ settings: { ca: { unknown: 'pending' } } })
  const ca = await openHubCa(hub)
  const [pump, fan] = [await ca.make({ commonNames: ['pump'] }), await ca.make({ commonNames: ['fan'] })]
  expect([await connect(hub, pump, 'pump'), await connect(hub, fan, 'fan')]).toEqual([5, 5])
  const signet = (line: string) => run({ argv: ['certificate', ...line.split(' ')], cwd: hub.folder })
  const waiting = JSON.parse((await signet('list --state pending --json')).stdout)
  expect(waiting.map(({ subjectId }: { subjectId: string }) => subjectId).toSorted()).toEqual(['fan', 'pump'])

  const fingerprintOf = ({ cert }: Credentials) => new X509Certificate(cert).fingerprint256
  expect(await signet(`approve ${fingerprintOf(pump)} --user ann`)).toMatchObject({ code: 0 })
  expect(await signet(`reject ${fingerprintOf(fan)}`)).toMatchObject({ code: 0 })
  expect([await connect(hub, pump, 'pump'), await connect(hub, fan, 'fan')]).toEqual([0, 5])
  expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'ann' })
})
