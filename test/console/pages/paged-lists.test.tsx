import { expect, test } from 'vitest'
import { RotationMembers } from '../../../src/console/pages/certificates/rotation-members.tsx'
import { RotationsTab } from '../../../src/console/pages/certificates/rotations-tab.tsx'
import { DeniedTopics } from '../../../src/console/pages/overview/denied-topics.tsx'
import { ServicesPage } from '../../../src/console/pages/services/services-page.tsx'
import { BanList } from '../../../src/console/pages/sessions/ban-list.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'
import { eventually } from '../../support/console/page-acts.ts'

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
  expect(asked).toEqual(['api/rotations/r/devices?limit=50', 'api/rotations/r/devices?cursor=next&limit=100'])
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
  await scene.tell('device.disconnected', { reason: 'banned' })
  await scene.says('The hub does not answer')
})

test('of more services than are listed the hub says how many are connected', async () => {
  const service = (name: string) => ({ name, state: 'active', connected: false, policies: [], createdAt: AT })
  using scene = drawInDocument(<ServicesPage route={{ path: ['services'], query: {} }} />, async (url) =>
    Response.json(
      url === 'api/overview'
        ? { services: { connected: 60, total: 70 } }
        : { items: [service('backend')], nextCursor: 'next' },
    ),
  )
  await scene.says('60 of 70 services online.')
})

test('ten rotations are shown, the newest first, and more when they are asked for', async () => {
  const rotations = Array.from({ length: 12 }, (_, number) => ({
    id: `r${number}`,
    state: 'finished',
    filter: { userId: `user-${number}` },
    perMinute: 60,
    deadline: null,
    createdAt: `2026-11-${10 + number}T12:00:00.000Z`,
    gathered: true,
    progress: { waiting: 0, told: 0, renewed: 0, connected: 1, late: 0 },
  }))
  using scene = drawInDocument(<RotationsTab />, async (url) =>
    Response.json(
      url.startsWith('api/rotations?') ? { items: rotations } : rotations.find(({ id }) => url.endsWith(id)),
    ),
  )
  const shown = () => [...scene.text().matchAll(/user-(\d+)/g)].map(([, number]) => Number(number))
  await eventually(() => expect(shown()).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]))
  await scene.click('Show more')
  await eventually(() => expect(shown()).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]))
})

test('a denied topic leads to who was denied it', () => {
  const denied = { topicName: 'plant/door', action: 'publish', count: 3, lastAt: AT } as const
  using _scene = drawInDocument(
    <DeniedTopics
      denied={[
        { ...denied, kind: 'device', id: 'pump-1' },
        { ...denied, kind: 'service', id: 'backend' },
      ]}
    />,
  )
  const links = screen.getAllByRole('link').map((link) => link.getAttribute('href'))
  expect(links).toEqual(['#/devices/pump-1', '#/services/backend'])
})
