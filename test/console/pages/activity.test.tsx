import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tellCause } from '../../../src/console/codes/refusal-words.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { fireEvent, openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { connectPacket, openRawClient } from '../../support/raw-client.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  const pump = await hub.enrol('pump-1', { userId: 'eva' })
  await hub.enrol('valve-1', { userId: 'eva' })
  await hub.api('DELETE', '/api/devices/certificates/pump-1')
  using client = await openRawClient(hub, pump)
  client.send(connectPacket({ clientId: 'pump-1' }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 5 })
  await hub.api('GET', '/api/devices', { token: 'wrong' })
})
afterAll(() => hub[Symbol.asyncDispose]())

test('a refusal opens to what was shown and what mends it, and its device is a link', async () => {
  using scene = openConsole(hub, '#/activity')
  await scene.says('Token not in force')
  await scene.click('Certificate revoked')
  await scene.says('What was shown')
  const [refusal] = (await hub.refusals()).filter(({ cause }) => cause === 'certificate_revoked')
  expect(scene.text()).toContain(refusal?.mend)
  expect(scene.text()).toContain('certificate_revoked')
  const links = await screen.findAllByRole('link', { name: 'pump-1', hidden: true })
  expect(links.at(0)?.getAttribute('href')).toBe('#/devices/pump-1')
  fireEvent.click(await screen.findByRole('button', { name: 'Close', hidden: true }))
  await waitFor(() => expect(scene.text()).not.toContain('What was shown'))
})

test('refusals are filtered by cause and by words, in the address', async () => {
  using scene = openConsole(hub, '#/activity')
  await scene.click('Token not in force 1')
  await waitFor(() => expect(scene.text()).not.toContain('pump-1'))
  expect(location.hash).toBe('#/activity?cause=token_invalid')
  await scene.fill('Part of an address, a cause, an id, a fingerprint', 'no such thing')
  await scene.says('Nothing fits these filters.')
})

test('new refusals wait until they are asked for', async () => {
  using scene = openConsole(hub, '#/activity')
  await scene.says('Token not in force')
  await hub.api('GET', '/api/devices', { token: null })
  await scene.tell('connection.refused', { surface: 'https', cause: 'credential_missing', address: '::1' })
  await scene.says('1 new')
  const [newest] = await hub.refusals()
  const cause = tellCause(newest?.cause ?? '')
  expect(scene.text()).not.toContain(cause)
  await scene.click('Show: 1 new')
  await scene.says(cause)
})

test('events are sentences, filtered by type and device, and new ones wait', async () => {
  using scene = openConsole(hub, '#/activity?tab=events&type=certificate.*')
  await scene.says('a certificate was issued to device valve-1')
  expect(scene.text()).toContain('a certificate of device pump-1 was revoked')
  await scene.fill('Device', 'valve-1')
  await waitFor(() => expect(scene.text()).not.toContain('pump-1'))
  await scene.says('a certificate was issued to device valve-1')
  await scene.tell('certificate.issued', { kind: 'device', id: 'other-1', fingerprint: 'AA' }, '8')
  await scene.tell('device.connected', { kind: 'device', id: 'valve-1', clientId: 'valve-1', address: '::1' }, '9')
  await scene.tell(
    'certificate.revoked',
    { kind: 'device', id: 'valve-1', fingerprint: 'AA', reason: 'superseded' },
    '10',
  )
  await scene.says('1 new')
  await scene.click('Show: 1 new')
  await scene.says('a certificate of device valve-1 was revoked: another has taken its place')
  fireEvent.input(screen.getByLabelText('Type'), { target: { value: 'claim.used' } })
  await scene.says('Nothing fits these filters.')
  expect(location.hash).toBe('#/activity?tab=events&type=claim.used&deviceId=valve-1')
})

test('the audit tells who did what; an action filters, and the chain is verified', async () => {
  using scene = openConsole(hub, '#/activity?tab=audit')
  await scene.says("Device's certificates revoked")
  fireEvent.click(await screen.findByRole('link', { name: "Device's certificates revoked" }))
  await waitFor(() => expect(scene.text()).not.toContain('Certificate for a device'))
  expect(location.hash).toContain('action=device.revoke')
  await scene.click('Last 24 hours')
  expect(location.hash).toContain('period=1d')
  await scene.says('pump-1')
  await scene.click('Verify the chain')
  const { entries, head } = (await hub.api('GET', '/api/audit/verification')).json()
  await scene.says(`${entries} entries, each follows from the one before it.`)
  expect(screen.getByTitle(head)).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Export as NDJSON' }).getAttribute('href')).toBe('api/audit/export')
  await scene.click("Device's certificates revoked")
  await scene.says('Certificate for a device')
})

test('a chain whose beginning was removed is said to lack it', async () => {
  using database = openDatabase({ file: join(hub.dataDir, 'hub.db') })
  database.sqlite.exec('delete from audit_entries where number = 1')
  using scene = openConsole(hub, '#/activity?tab=audit')
  await scene.click('Verify the chain')
  await scene.says('The entries before 2 are gone, and not because they were old')
})

test('a chain that was changed afterwards is said to be broken, and where', async () => {
  using database = openDatabase({ file: join(hub.dataDir, 'hub.db') })
  database.sqlite.exec('drop trigger audit_entries_are_final')
  database.sqlite.exec("update audit_entries set actor = 'nobody' where number = 2")
  using scene = openConsole(hub, '#/activity?tab=audit', { language: 'ru' })
  await scene.click('Проверить цепочку')
  await scene.says('Запись 2 не следует из предыдущей')
})

test('in Russian every tab has its words', async () => {
  using scene = openConsole(hub, '#/activity?tab=events', { language: 'ru' })
  await scene.says('устройство valve-1: выпущен сертификат')
  await scene.says('Что произошло')
  await scene.says('Сертификат отозван')
})

test('what somebody is refused for, and what mends it, is told in Russian', async () => {
  using scene = openConsole(hub, '#/activity', { language: 'ru' })
  await scene.click('Сертификат отозван')
  await scene.says('Сертификат отозван: выпустите новый (signet device add ID')
  await scene.says('Серийный номер')
})

test('what was done is told in Russian, and what came of it', async () => {
  await hub.api('DELETE', '/api/devices/nobody')
  using scene = openConsole(hub, '#/activity?tab=audit', { language: 'ru' })
  await scene.says('Отзыв сертификатов устройства')
  await scene.says('Удаление устройства')
  await scene.says('Такого устройства нет')
  expect(screen.getAllByTitle(/^token:\S+ admin-token$/)[0]?.textContent).toBe('admin-token, администратор')
})
