import { within } from '@testing-library/dom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { session } from '../../../src/console/hub/session.ts'
import { fireEvent, openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'
import { openWebhookTarget } from '../../support/webhook-target.ts'

const AUDITOR = { name: 'olga', role: 'auditor', permissions: ['read'], via: 'token', expiresAt: null } as const

const SETTINGS = { webhooks: { allow: ['127.0.0.0/8'], attempts: 1 } }

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ settings: SETTINGS })
})
afterAll(() => hub[Symbol.asyncDispose]())

test('a setting is found by a word, with its value and where it stands; a reload names what it took', async () => {
  using scene = openConsole(hub, '#/settings')
  await scene.says('limits.queue_age')
  await scene.fill('Part of a key, a value or a meaning', 'log.level')
  await waitFor(() => expect(scene.text()).not.toContain('limits.queue_age'))
  await scene.click('Not the default')
  expect(location.hash).toBe('#/settings?q=log.level&show=changed')
  await scene.click('Taken by a reload')
  await scene.says('log.level')
  await scene.fill('Part of a key, a value or a meaning', 'no such thing')
  await scene.says('No setting fits.')
  hub.write({ ...SETTINGS, limits: { queue_age: '3d' } })
  await scene.click('Read the configuration again')
  await confirm('Read the configuration again')
  await scene.says('In force now: limits.queue_age.')
  hub.write(SETTINGS)
  await hub.api('POST', '/api/config/reload')
})

test('a reload without a change says so, and one that needs a restart names it', async () => {
  using scene = openConsole(hub, '#/settings')
  await scene.click('Read the configuration again')
  await confirm('Read the configuration again')
  await scene.says('Nothing has changed.')
  await scene.click('Close')
  hub.write({ ...SETTINGS, log: { format: 'json' } })
  await scene.click('Read the configuration again')
  await confirm('Read the configuration again')
  await scene.says('Needs a restart: ')
  hub.write(SETTINGS)
  await hub.api('POST', '/api/config/reload')
})

test('a token is shown once, works, and is revoked', async () => {
  using scene = openConsole(hub, '#/settings?tab=tokens')
  await scene.says('admin-token')
  await scene.fill(/^Name/, 'grafana')
  await scene.fill('Role', 'operator')
  await scene.fill('Expires', 'never')
  await scene.click('Make the token')
  await scene.says('shown this once')
  const token = document.querySelector('pre')?.textContent ?? ''
  expect((await hub.api('GET', '/api/session', { token })).json()).toMatchObject({ name: 'grafana', role: 'operator' })
  const row = (await screen.findByText('grafana')).closest('tr')
  fireEvent.click(row?.querySelector('button') as HTMLElement)
  await scene.says('Every program that uses grafana is refused from now on')
  await confirm('Revoke')
  await waitFor(() => expect(row?.textContent).toContain('revoked'))
  expect((await hub.api('GET', '/api/session', { token })).status).toBe(401)
  await hub.api('POST', '/api/tokens', {
    body: { name: 'old', role: 'auditor', expiresAt: new Date(hub.clock.now().getTime() + 60_000).toISOString() },
  })
  hub.clock.advance(61_000)
  scene[Symbol.dispose]()
  using later = openConsole(hub, '#/settings?tab=tokens')
  await later.says('expired')
})

test('a token that the hub does not make says why, and keeps what was typed', async () => {
  using scene = openConsole(hub, '#/settings?tab=tokens')
  await scene.fill(/^Name/, 'x'.repeat(101))
  await scene.click('Make the token')
  await screen.findByRole('alert')
  expect(screen.getByLabelText(/^Name/)).toHaveProperty('value', 'x'.repeat(101))
})

test('a colleague is invited by a link, signs in, and is signed out', async () => {
  using scene = openConsole(hub, '#/settings?tab=sign-in')
  await scene.says('Nobody is signed in by a link or a token.')
  await scene.fill('Name', 'boris')
  await scene.fill('Role', 'auditor')
  await scene.click('Make the link')
  await scene.says('The link for boris, shown this once.')
  const link = document.querySelector('pre')?.textContent?.split('/#/sign-in/')[1]
  expect((await hub.api('POST', '/api/session', { token: null, body: { link } })).json().role).toBe('auditor')
  scene[Symbol.dispose]()
  using again = openConsole(hub, '#/settings?tab=sign-in')
  const row = (await screen.findByText('boris')).closest('tr')
  fireEvent.click(row?.querySelector('button') as HTMLElement)
  await again.says('boris is signed out of the console at once')
  await confirm('End the session')
  await again.says('Nobody is signed in by a link or a token.')
  expect((await hub.api('GET', '/api/console-sessions')).json().items).toEqual([])
})

test('a webhook is made, tried, paused and removed', async () => {
  await using target = await openWebhookTarget(hub)
  using scene = openConsole(hub, '#/settings?tab=webhooks')
  await scene.says('There is no webhook.')
  await scene.fill('Name', 'pager')
  await scene.fill(/^URL/, target.url)
  await scene.fill(/^Events/, 'device.*, certificate.*')
  await scene.fill(/^Topic filters/, 'users/+/devices/+/alarm')
  await scene.click('Make the webhook')
  await scene.says('The secret that its deliveries are signed with')
  const [webhook] = await webhooks()
  expect(webhook).toMatchObject({ events: ['device.*', 'certificate.*'], topicFilters: ['users/+/devices/+/alarm'] })
  await scene.click('Test')
  await scene.says('The target took webhook.test: HTTP 200.')
  await scene.click('Close')
  target.status = 500
  await scene.click('Test')
  await scene.says('The target did not take webhook.test')
  await scene.click('Close')
  await scene.click('Pause')
  await confirm('Pause')
  await scene.says('paused')
  expect((await webhooks())[0].state).toBe('paused')
  await scene.click('Resume')
  await scene.says('active')
  expect((await webhooks())[0].state).toBe('active')
  await scene.click('0', 'link')
  await scene.says('Nothing was given up')
  const dead = new Promise<void>((resolve) => hub.hub.events.subscribe('webhook.dead_lettered', () => resolve()))
  await hub.enrol('pump-1')
  await dead
  await scene.tell('webhook.dead_lettered', { webhook: webhook.id, delivery: '1', event: 'certificate.issued' })
  await waitFor(() => expect(document.querySelector('td .badge.bad')?.textContent).toBe('1'))
  await scene.says('answered 500')
  target.status = 200
  const taken = target.received.length
  await scene.click('Send again')
  await target.waitFor(taken + 1)
  target.status = 500
  const again = new Promise<void>((resolve) => hub.hub.events.subscribe('webhook.dead_lettered', () => resolve()))
  await hub.enrol('pump-2')
  await again
  await scene.tell('webhook.dead_lettered', { webhook: webhook.id, delivery: '2', event: 'certificate.issued' })
  await scene.says('answered 500')
  await scene.click('Delete')
  await confirm('Delete')
  await scene.says('Nothing was given up')
  expect((await webhooks())[0].dead).toBe(0)
  await scene.click('Remove')
  await confirm('Remove')
  await scene.says('There is no webhook.')
  expect(await webhooks()).toEqual([])
})

test('a backup is encrypted with the passphrase and handed to the browser', async () => {
  using scene = openConsole(hub, '#/settings?tab=backup')
  await scene.says('none is known.')
  await scene.fill(/^Passphrase/, 'correct horse battery')
  await scene.fill('What is in it', 'ca')
  await scene.click('Make a backup')
  await scene.says(/Saved as signet.*Move it to another machine\./)
})

test('help tells what the hub finds, and saves the support bundle', async () => {
  using scene = openConsole(hub, '#/settings?tab=help')
  const { checks } = (await hub.api('GET', '/api/diagnostics/hub')).json()
  await scene.says(checks[0].detail)
  await scene.click('Check again')
  await scene.click('Save the support bundle')
  await scene.says(/Saved as signet-support.*zip/)
  expect(screen.getByRole('link', { name: 'openapi.json' }).getAttribute('href')).toBe('openapi.json')
})

test('an auditor is shown no token, no backup and no button', async () => {
  using scene = openConsole(hub, '#/settings?tab=tokens')
  await scene.says('local, admin')
  session.value = AUDITOR
  await scene.says('limits.queue_age')
  expect(screen.queryByRole('link', { name: 'Tokens' })).toBeNull()
  expect(screen.queryByRole('button', { name: 'Read the configuration again' })).toBeNull()
})

test('an auditor sees the webhooks, and can change none', async () => {
  await hub.api('POST', '/api/webhooks', { body: { url: 'https://127.0.0.1/told', events: ['*'] } })
  const [{ id }] = await webhooks()
  using scene = openConsole(hub, `#/settings?tab=webhooks&webhook=${id}`)
  await scene.says('local, admin')
  session.value = AUDITOR
  await waitFor(() => expect(scene.text()).not.toContain('A new webhook'))
  await scene.says('https://127.0.0.1')
  expect(screen.queryByRole('button', { name: 'Test' })).toBeNull()
  await hub.api('DELETE', `/api/webhooks/${id}`)
})

test('in Russian the settings have their words', async () => {
  using scene = openConsole(hub, '#/settings?tab=webhooks', { language: 'ru' })
  await scene.says('Вебхуков нет.')
  await scene.says('Новый вебхук')
})

async function webhooks() {
  return (await hub.api('GET', '/api/webhooks')).json().items
}

/** What is asked once, in a dialog. */
async function confirm(name: string): Promise<void> {
  fireEvent.click(await within(await screen.findByRole('dialog')).findByRole('button', { name }))
}
