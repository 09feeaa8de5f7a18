import { expect, test } from 'vitest'
import { DevicePage } from '../../../../src/console/pages/device/device-page.tsx'
import { drawInDocument } from '../../../support/console/console-scene.tsx'
import { eventually } from '../../../support/console/page-acts.ts'

const DEVICE = { deviceId: 'pump', userId: 'eva', state: 'active', createdAt: '2026-01-01T00:00:00Z', policies: [] }

test('the page follows its device, and no service of the same name', async () => {
  const asked: string[] = []
  using scene = drawInDocument(
    <DevicePage route={{ path: ['devices', 'pump'], query: { tab: 'diary' } }} />,
    async (path) => {
      asked.push(path)
      return Response.json(path.startsWith('api/devices/pump?') || path === 'api/devices/pump' ? DEVICE : { items: [] })
    },
  )
  await scene.says('Nothing is written in its diary yet')
  const before = asked.length
  await scene.tell('device.connected', { kind: 'service', id: 'pump', clientId: 'pump', address: '::1' })
  expect(asked).toHaveLength(before)
  await scene.tell('device.connected', { kind: 'device', id: 'pump', clientId: 'pump', address: '::1' })
  await eventually(() => expect(asked).toHaveLength(2 * before))
})
