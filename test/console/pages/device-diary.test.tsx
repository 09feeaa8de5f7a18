import { expect, test } from 'vitest'
import { chooseLanguage } from '../../../src/console/language.ts'
import { DeviceDiary } from '../../../src/console/pages/device/device-diary.tsx'
import type { DiaryEntry } from '../../../src/registry/diagnosis/diary.ts'
import { drawInDocument, openConsole } from '../../support/console/console-scene.tsx'
import { openRawClient } from '../../support/raw-client.ts'
import { startTestHub } from '../../support/test-hub.ts'

/** What each entry calls itself, newest first. */
const toldEvents = (): readonly (string | null)[] =>
  [...document.querySelectorAll('td strong')].map(({ textContent }) => textContent)

test('the story of a device is told in Russian, in words of its own', async () => {
  await using hub = await startTestHub()
  await hub.enrol('board-1')
  const board = await hub.enrol('board-1')
  const next = (type: 'device.disconnected' | 'device.left') =>
    new Promise((resolve) => hub.hub.events.subscribe(type, resolve))
  const hasGone = next('device.disconnected')
  await (await hub.connect(board, { clientId: 'board-1' })).endAsync()
  await hasGone
  const hasLeft = next('device.left')
  using visitor = await openRawClient(hub, board)
  visitor.socket.end()
  await hasLeft
  await expect(hub.connect(board, { clientId: 'somebody-else' })).rejects.toThrow()
  for (const state of ['suspended', 'active']) await hub.api('PATCH', '/api/devices/board-1', { body: { state } })
  await hub.api('DELETE', '/api/devices/certificates/board-1')
  using scene = openConsole(hub, '#/devices/board-1?tab=diary', { language: 'ru' })
  await scene.says('сертификат выдан')
  expect(new Set(toldEvents())).toEqual(
    new Set([
      ...['подключение', 'отключение', 'уход без CONNECT', 'отказ', 'приостановлено', 'возобновлено'],
      ...['сертификат выдан', 'сертификат обновлён', 'сертификат отозван'],
    ]),
  )
  scene[Symbol.dispose]()
  await hub.enrol('board-2')
  hub.clock.advance(366 * 86_400_000)
  using late = openConsole(hub, '#/devices/board-2?tab=diary', { language: 'ru' })
  await late.says('сертификат истёк')
})

test('every event of a diary has a word, and one that is not known keeps its own', async () => {
  // A record, so that the compiler misses none.
  const words: Readonly<Record<DiaryEntry['event'] | 'repainted', string>> = {
    connected: 'connected',
    disconnected: 'disconnected',
    left: 'left without a CONNECT',
    seen: 'last seen',
    suspended: 'suspended',
    resumed: 'resumed',
    compromise_suspected: 'suspected of being compromised',
    refused: 'refused',
    certificate_issued: 'certificate issued',
    certificate_renewed: 'certificate renewed',
    certificate_revoked: 'certificate revoked',
    certificate_expired: 'certificate expired',
    repainted: 'repainted',
  }
  const nothing = { clientId: null, address: null, fingerprint: null, reason: null, refusal: null }
  const entries = Object.keys(words).map((event) => ({ at: '2026-01-01T00:00:00Z', event, ...nothing }))
  chooseLanguage('en')
  using scene = drawInDocument(<DeviceDiary entries={entries} />)
  await scene.says('repainted')
  expect(toldEvents()).toEqual(Object.values(words))
})
