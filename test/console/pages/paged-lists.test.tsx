import { expect, test } from 'vitest'
import { RotationMembers } from '../../../src/console/pages/certificates/rotation-members.tsx'
import { BanList } from '../../../src/console/pages/sessions/ban-list.tsx'
import { drawInDocument } from '../../support/console/console-scene.tsx'

const AT = '2026-11-22T12:00:00.000Z'
const BAN = { cause: 'flapping', clientId: 'lamp-1', since: AT, until: AT }

/** Two pages of a list, after which the hub is gone. */
function twoPages(first: object, second: object) {
  const asked: string[] = []
  return {
    asked,
    fetch: async (url: string): Promise<Response> => {
      asked.push(url)
      if (asked.length > 2) throw new TypeError('gone')
      return Response.json(url.includes('cursor=next') ? { items: [second] } : { items: [first], nextCursor: 'next' })
    },
  }
}

test('the devices of a rotation come page by page, and what cannot be asked is said above those that are there', async () => {
  const waiting = { deviceId: 'pump-1', state: 'waiting', toldAt: null }
  const { fetch, asked } = twoPages({ deviceId: 'valve-1', state: 'told', toldAt: AT }, waiting)
  using scene = drawInDocument(<RotationMembers id="r" />, fetch)
  await scene.says('valve-1')
  await scene.click('Show more')
  await scene.says('pump-1')
  expect(asked).toEqual(['api/rotations/r/devices', 'api/rotations/r/devices?cursor=next'])
  await scene.click('Late')
  await scene.says('The hub does not answer')
  expect(scene.text()).toContain('valve-1')
})

test('bans come page by page, and one of a client id names it', async () => {
  const lamp = { ...BAN, id: 'client:lamp-1', identity: { kind: 'service', id: 'lamps' } }
  const valve = { ...BAN, id: 'device:valve-1', identity: { kind: 'device', id: 'valve-1' }, clientId: null }
  using scene = drawInDocument(<BanList />, twoPages(lamp, valve).fetch)
  await scene.says('service lamps')
  expect(scene.text()).toContain('It connected too often')
  await scene.click('Show more')
  await scene.says('device valve-1')
  await scene.tell('device.disconnected', {})
  await scene.says('The hub does not answer')
})
