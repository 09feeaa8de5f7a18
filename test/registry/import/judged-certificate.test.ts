import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { thumbprintOf } from '../../../src/key-thumbprint.ts'
import { judgeDevices } from '../../../src/registry/import/judged-certificate.ts'
import { createScene } from '../registry-scene.ts'

test('all that can be read of a certificate is read before the transaction: the thumbprint of its key too', async () => {
  using scene = await createScene()
  const { certificatePem: pem, fingerprint } = await scene.authority.issueDevice('pump', 'ann', {})
  const [judged] = await judgeDevices([{ deviceId: 'pump', certificates: [{ pem }] }], () => 'trusted')
  const keyThumbprint = thumbprintOf(new X509Certificate(pem).publicKey)
  expect(judged?.certificates).toMatchObject([{ fingerprint, keyThumbprint }])
  await scene.registry.imports.run({ policies: [], devices: [{ deviceId: 'pump', certificates: [{ pem }] }] }, false)
  expect(scene.stores.certificates.listOfKey(keyThumbprint)).toMatchObject([{ fingerprint, subjectId: 'pump' }])
})

test('a fleet is judged a few devices a turn of the event loop', async () => {
  let turns = 0
  const next = (): void => {
    turns++
    pending = setImmediate(next)
  }
  let pending = setImmediate(next)
  const devices = Array.from({ length: 100 }, (_, number) => ({ deviceId: `device-${number}` }))
  expect(await judgeDevices(devices, () => 'trusted')).toHaveLength(100)
  clearImmediate(pending)
  expect(turns).toBeGreaterThanOrEqual(10)
})
