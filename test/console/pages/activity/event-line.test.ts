import { afterEach, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../../../src/console/hub/event-types.ts'
import { language } from '../../../../src/console/language.ts'
import { tellEvent } from '../../../../src/console/pages/activity/event-line.ts'

afterEach(() => {
  language.value = 'en'
})

const SAID = { kind: 'device', id: 'pump-1', deviceId: 'pump-1', applied: ['log.level'], needsRestart: [] }

test.each(['en', 'ru'] as const)('every type that there is has a sentence of its own in %s', (chosen) => {
  language.value = chosen
  const lines = EVENT_TYPES.map((type) => tellEvent({ id: '1', at: '2026-11-22T12:00:00Z', type, data: SAID }))
  expect(new Set(lines).size).toBe(EVENT_TYPES.length)
  expect(lines.filter((line) => line.includes('[object') || line.includes('kind: device'))).toEqual([])
})

test('a type of a later version is told name by name', () => {
  const event = { id: '1', at: '2026-11-22T12:00:00Z', type: 'device.moved', data: { id: 'pump-1', to: { x: 1 } } }
  expect(tellEvent(event)).toBe('id: pump-1, to: {"x":1}')
})

test('the end of a password is told as a day', () => {
  const data = { kind: 'device', id: 'pump-1', endsAt: '2026-12-12T12:00:00.499Z' }
  const event = { id: '1', at: '2026-11-22T12:00:00Z', type: 'credential.expiring', data }
  expect(tellEvent(event)).toBe('the password of device pump-1 ends Dec 12, 2026')
})
