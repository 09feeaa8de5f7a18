import { afterEach, expect, test } from 'vitest'
import { tellLeaving, tellLoss, tellRevocation } from '../../../src/console/codes/reason-words.ts'
import { language } from '../../../src/console/language.ts'

afterEach(() => {
  language.value = 'en'
})

test('why a client left is told in the language of the reader', () => {
  expect(tellLeaving('normal')).toBe('the client closed the connection itself')
  language.value = 'ru'
  expect(tellLeaving('keepalive_timeout')).toBe('за время keep-alive от него ничего не пришло')
  expect(tellLeaving('device suspended')).toBe('устройство приостановлено')
})

test('a revocation that cut it off is told with its reason', () => {
  expect(tellLeaving('certificate revoked: keyCompromise')).toBe(
    'its certificate was revoked (the key may be known to others)',
  )
  language.value = 'ru'
  expect(tellLeaving('certificate revoked: superseded')).toBe('сертификат отозван (его заменил другой)')
  expect(tellRevocation('unspecified')).toBe('причина не названа')
})

test('what a bound has cost is told by the bound', () => {
  language.value = 'ru'
  expect(tellLoss('session_expiry')).toBe('сессия закончилась')
})

test('what is not known stands as the hub says it', () => {
  language.value = 'ru'
  expect([tellLeaving('moved away'), tellRevocation('aACompromise'), tellLoss('moon')]).toEqual([
    'moved away',
    'aACompromise',
    'moon',
  ])
})
