import { afterEach, beforeEach, expect, test } from 'vitest'
import { session } from '../../../src/console/hub/session.ts'
import { language } from '../../../src/console/language.ts'
import { ActivityPage } from '../../../src/console/pages/activity/activity-page.tsx'
import { tellEvent } from '../../../src/console/pages/activity/event-line.ts'
import { SettingsPage } from '../../../src/console/pages/settings/settings-page.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

const AT = '2026-11-22T12:00:00.000Z'

beforeEach(() => {
  session.value = { name: 'ada', role: 'admin', permissions: ['administer', 'read'], via: 'link', expiresAt: null }
})
afterEach(() => {
  session.value = undefined
  language.value = 'en'
})

test('a hidden value says why it is hidden, and another than the default names that', async () => {
  const setting = { value: null, text: null, default: null, live: true, description: 'What it is.' }
  const file = { layer: 'file', place: 'config.yaml:3' }
  using scene = drawInDocument(
    <SettingsPage route={{ path: ['settings'], query: { show: 'changed' } }} />,
    answering({
      items: [
        { ...setting, key: 'backup.passphrase', hidden: 'secret', origin: file },
        { ...setting, key: 'profiles', hidden: 'administrators', origin: file },
        { ...setting, key: 'log.level', hidden: null, origin: { layer: 'default', place: '' } },
      ],
    }),
  )
  await scene.says('a secret, shown to nobody')
  expect(scene.text()).toContain('shown to administrators')
  expect(scene.text()).not.toContain('log.level')
})

test('the last backup by the schedule is told', async () => {
  using scene = drawInDocument(
    <SettingsPage route={{ path: ['settings'], query: { tab: 'backup' } }} />,
    answering({ lastBackupAt: AT }),
  )
  await scene.says('Last backup by the schedule of the hub:')
  expect(document.querySelector(`time[datetime="${AT}"]`)).not.toBeNull()
})

test('of very many refusals it is said that these are the newest, and one may have shown nothing', async () => {
  const refusal = { at: AT, surface: 'mqtts', cause: 'flapping', mend: 'Find out why.', count: 2 }
  const items = Array.from({ length: 500 }, (_, place) => ({
    ...refusal,
    address: `192.0.2.${place}`,
    presented: place === 0 ? null : { identity: place === 1 ? 'service:grafana' : `device:d${place}` },
    expected: place === 0 ? 'a client certificate' : null,
  }))
  using scene = drawInDocument(
    <ActivityPage route={{ path: ['activity'], query: { q: '192.0.2', cause: 'flapping' } }} />,
    answering({ items }),
  )
  await scene.says('500 refusals, the newest ones')
  await scene.says('service:grafana')
  const [first, second] = await screen.findAllByRole('button', { name: 'It connects too often' })
  first?.click()
  await scene.says('Nothing was shown')
  expect(scene.text()).toContain('a client certificate')
  second?.click()
  await scene.says('What was shown')
})

test('a period and a kind that nobody knows are no filter and their own word', async () => {
  const entry = { number: 1, at: AT, actor: 'hub', role: null, action: 'x.y', object: '', surface: '', address: '' }
  using scene = drawInDocument(
    <ActivityPage route={{ path: ['activity'], query: { tab: 'audit', period: 'ever' } }} />,
    answering({ items: [{ ...entry, result: 'not_found', requestId: null }], nextCursor: null }),
  )
  await scene.says('not_found')
  language.value = 'ru'
  const event = { id: '1', at: AT, type: 'certificate.issued', data: { kind: 'robot', id: 'r-1' } }
  expect(tellEvent(event)).toBe('robot r-1: выпущен сертификат')
})

/** A hub that has this one answer. */
function answering(answer: unknown) {
  return async () => Response.json(answer)
}
