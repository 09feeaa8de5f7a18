import { afterEach, expect, test } from 'vitest'
import { tellMeasure, tellRotation, tellSign, tellWho } from '../../../src/console/codes/event-words.ts'
import { language } from '../../../src/console/language.ts'

afterEach(() => {
  language.value = 'en'
})

test('the codes in events are told in the language of the reader', () => {
  const told = () => [
    tellWho({ kind: 'service', id: 'billing' }),
    tellRotation('cancelled'),
    tellSign('two_addresses'),
    tellMeasure('suspended'),
  ]
  expect(told()).toEqual(['service billing', 'ended', 'it was used from two addresses at once', 'suspended'])
  language.value = 'ru'
  expect(told()).toEqual(['сервис billing', 'прекращено', 'подключения сразу с двух адресов', 'приостановка'])
})

test('a kind of a later version keeps its name', () => {
  language.value = 'ru'
  expect(tellWho({ kind: 'gateway', id: 'g-1' })).toBe('gateway g-1')
})
