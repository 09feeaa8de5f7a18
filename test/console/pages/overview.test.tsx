import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { route } from '../../../src/console/router.ts'
import { openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

const DAY_MS = 86_400_000

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

test('an empty hub says so, and leads to its first device', async () => {
  using scene = openConsole(hub, '#/overview')
  await scene.says('0 of 0 devices online.')
  await scene.says('No device is registered yet.')
  await scene.says('Nothing was refused since the hub was started.')
  await scene.says('No publish and no subscription was denied since the hub was started.')
  await scene.says('Last backupnone is known')
  expect(screen.getByRole('link', { name: 'Add a device' }).getAttribute('href')).toBe('#/devices/add')
})

test('tells who is online, what was refused and denied, and how the hub itself is', async () => {
  const board = await hub.enrol('board-1', { userId: 'ada' })
  const client = await hub.connect(board, { clientId: 'board-1' })
  await client.publishAsync('elsewhere', 'no', { qos: 1 })
  await expect(hub.connect({}, { clientId: 'stranger' })).rejects.toThrow()
  using scene = openConsole(hub, '#/overview')
  await scene.says('1 of 1 device online.')
  await scene.says('No certificate was shown')
  await scene.says('elsewhere')
  await scene.says('publish ×1')
  await scene.says('MQTT mtls, API token')
  expect(scene.text()).toContain('Certificates that end')
  await scene.click('Last 24 hours')
  await waitFor(() => expect(route.value.query).toEqual({ range: '24h' }))
  const [asTable] = await screen.findAllByRole('button', { name: 'Show as table' })
  asTable?.click()
  await scene.says('Time')
  await scene.click('Last hour')
  await waitFor(() => expect(route.value.query).toEqual({}))
  await scene.tell('connection.refused', { surface: 'mqtts', cause: 'certificate_missing', address: '::1' })
  await client.endAsync()
})

test('what has failed is told with what mends it, in either language', async () => {
  await using broken = await startTestHub()
  using stack = new DisposableStack()
  const other = stack.adopt(new SQLite(join(broken.dataDir, 'hub.db')), (open) => void open.close())
  other.exec('begin immediate')
  for (const [language, mend] of [
    ['en', 'data/hub.db does not answer'],
    ['ru', 'data/hub.db не отвечает'],
  ] as const) {
    using scene = openConsole(broken, '#/overview', { language })
    await scene.says(mend)
  }
})

test('a refusal is shown as soon as it is told', async () => {
  using scene = openConsole(hub, '#/overview')
  await scene.says('No certificate was shown')
  const board = await hub.enrol('board-1')
  await expect(hub.connect(board, { clientId: 'somebody-else' })).rejects.toThrow()
  await scene.tell('connection.refused', { surface: 'mqtts', cause: 'client_id_not_allowed', address: '::1' })
  await scene.says('Client id not its own')
  // Whose it was leads to its page.
  const whose = screen.getAllByRole('link', { name: 'board-1' })
  expect(whose.map((link) => link.getAttribute('href'))).toContain('#/devices/board-1')
  expect(screen.getByRole('link', { name: 'All refusals' }).getAttribute('href')).toBe('#/activity')
})

test('shows an auditor how it is, and no button to add with', async () => {
  const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'reader', role: 'auditor' } })).json()
  using scene = openConsole(hub, '#/overview', { token })
  await scene.says(/\d of 1 device online\./)
  expect(screen.queryByRole('link', { name: 'Add a device' })).toBeNull()
})

test('speaks Russian, with numbers and their nouns', async () => {
  using scene = openConsole(hub, '#/overview', { language: 'ru' })
  await scene.says(/На связи \d из 1 устройства\./)
  await scene.says('3 отказа за последний час.')
  await scene.says('В ближайшие 30 дней ни один сертификат не кончается.')
  await scene.says('Когда кончаются сертификаты')
  await scene.says('MQTT mtls, API token')
})

test('asks for attention where readiness is in doubt, until that is mended', async () => {
  await using folder = await temporaryFolder()
  const backup = { schedule: '1h', folder: join(folder.path, 'backups'), passphrase: 'correct horse battery staple' }
  await using guarded = await startTestHub({ settings: { backup } })
  using before = openConsole(guarded, '#/overview')
  await before.says('Needs attention')
  expect(attention()).toEqual(['note warn: Backup No backup was made yet'])
  before[Symbol.dispose]()
  await guarded.hub.sweep()
  using after = openConsole(guarded, '#/overview')
  await after.says('Last backup')
  expect(after.text()).not.toContain('none is known')
  expect(after.text()).not.toContain('Needs attention')
})

test('tells what has failed apart from what is in doubt', async () => {
  await using old = await startTestHub()
  old.clock.advance(1000 * DAY_MS)
  using scene = openConsole(old, '#/overview')
  await scene.says('Needs attention')
  expect(attention()).toContainEqual(expect.stringMatching(/^note bad: Certificate of HTTPS The certificate ends at/))
})

test('counts the certificates that end, week by week', async () => {
  await using old = await startTestHub()
  await old.enrol('board-1')
  old.clock.advance(345 * DAY_MS)
  using scene = openConsole(old, '#/overview')
  await scene.says('1 certificate ends within 30 days.')
  const weeks = [...document.querySelectorAll('progress')].map(({ value, max }) => [value, max])
  expect(weeks).toHaveLength(12)
  expect(weeks.map(([count]) => count)).toEqual([0, 0, 1, ...Array(9).fill(0)])
})

/** What is told above all: its colour, the check and what it found. */
function attention(): readonly string[] {
  return [...document.querySelectorAll('.note h3')].map(
    (heading) => `${heading.parentElement?.className}: ${heading.textContent} ${heading.nextSibling?.textContent}`,
  )
}
