import { afterEach, describe, expect, test } from 'vitest'
import type { DiaryEntryAnswer } from '../../../../src/console/hub/answers.ts'
import { language } from '../../../../src/console/language.ts'
import { tellDetail } from '../../../../src/console/pages/device/diary-detail.ts'

afterEach(() => {
  language.value = 'en'
})

const AT = '2026-01-01T00:00:00Z'
const ENTRY = { at: AT, clientId: null, address: null, fingerprint: null, reason: null, refusal: null }
const REFUSAL = { at: AT, address: '::1', surface: 'mqtts', mend: '', count: 1, presented: null, expected: null }

interface Row extends Partial<DiaryEntryAnswer> {
  readonly event: string
  readonly told: string | RegExp
}

describe('why an entry of the diary came to be, in Russian', () => {
  const rows: readonly Row[] = [
    { event: 'refused', refusal: { ...REFUSAL, cause: 'client_id_wrong' }, told: 'Чужой client id' },
    { event: 'disconnected', reason: 'normal', told: 'клиент сам закрыл соединение' },
    { event: 'disconnected', reason: 'certificate revoked: keyCompromise', told: /^сертификат отозван \(ключ/ },
    { event: 'certificate_revoked', reason: 'affiliationChanged', told: 'сменился владелец' },
    { event: 'certificate_issued', reason: 'imported', told: 'импортирован' },
    { event: 'certificate_renewed', reason: 'presented', told: 'предъявлен устройством' },
    { event: 'certificate_issued', reason: 'found', told: 'found' },
    { event: 'left', reason: 'it finished the handshake', told: /^возможно, в сертификате хаба нет имени/ },
    {
      event: 'compromise_suspected',
      reason: 'key_reuse, suspended: fingerprint AB',
      told: 'тот же ключ предъявил другой, приостановка: fingerprint AB',
    },
    { event: 'compromise_suspected', reason: 'nobody knows', told: 'nobody knows' },
    { event: 'repainted', reason: 'green', told: 'green' },
  ]
  for (const { event, told, ...entry } of rows) {
    test(`${event}, ${entry.reason ?? entry.refusal?.cause}`, () => {
      language.value = 'ru'
      expect(tellDetail({ ...ENTRY, ...entry, event })).toMatch(told)
    })
  }

  test('nothing where nothing is known', () => {
    expect(tellDetail({ ...ENTRY, event: 'connected' })).toBeUndefined()
  })
})
